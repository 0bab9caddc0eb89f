"""Every design that fits a study, side by side. None of them carries the verdict; who sees them all cannot choose."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from outcomes import counts, exact, panel, structural, synthetic
from outcomes.common import Estimate, Floats, OutcomesError, TooLittleData
from outcomes.counts import Terms
from outcomes.study import Study

#: Months of the Newey-West errors.
_HAC_LAGS = 3


def all_designs(study: Study) -> list[dict[str, Any]]:
    """A row per design: code, ratio, low, high, p, method, warns (codes of its checks); where a design does not fit,
    ``why_not`` says so in English and the figures are None. Months of selection are left out of all."""
    kept = np.flatnonzero(study.used[0] + study.used[1])
    used = study.months(kept) if len(kept) < len(study.treated) else study
    return [_row(code, fit, used) for code, fit in _DESIGNS.items()]


def treated_panel(study: Study) -> pd.DataFrame:
    """The study as a panel of one treated unit (the sum) and the comparison units.

    Raises:
        TooLittleData: there are no comparison units.
    """
    if study.comparison is None:
        raise TooLittleData("there are no comparison units")
    columns = [study.treated, *study.comparison.T]
    exposures: list[Floats] | None = None
    if study.exposure is not None and study.comparison_exposure is not None:
        exposures = [study.exposure, *study.comparison_exposure.T]
    time = np.arange(len(study.treated))
    frames = []
    for unit, events in enumerate(columns):
        frame = pd.DataFrame({"unit": unit, "time": time, "events": events})
        frame["treated"] = ((time >= study.start) & (unit == 0)).astype(np.float64)
        if exposures is not None:
            frame["exposure"] = exposures[unit]
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _row(code: str, fit: Callable[[Study], Estimate], study: Study) -> dict[str, Any]:
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # each design checks its own optimum, and says so where it has none
            found = fit(study)
    except (OutcomesError, np.linalg.LinAlgError) as error:
        return {"code": code, "ratio": None, "low": None, "high": None, "p": None, "method": None, "warns": [],
                "why_not": str(error)}  # fmt: skip
    warns = [check.code for check in found.diagnostics if check.state != "pass"]
    return {"code": code, "ratio": found.ratio, "low": found.low, "high": found.high, "p": found.p,
            "method": found.method, "warns": warns, "why_not": None}  # fmt: skip


def _its(terms: Terms, family: counts.Family, hac: int | None = None) -> Callable[[Study], Estimate]:
    def fit(study: Study) -> Estimate:
        return counts.interrupted(
            study.treated, study.start, terms, family=family, exposure=study.exposure, calendar=study.calendar,
            hac_lags=hac,
        )  # fmt: skip

    return fit


def _slope(study: Study) -> Estimate:
    terms = Terms(harmonics=2, slope_from=float(study.start))
    return _its(terms, "quasi-poisson")(study)


def _before_after(study: Study) -> Estimate:
    before, after = study.events()
    time = np.ones(len(study.treated)) if study.exposure is None else study.exposure
    return exact.rate_ratio(before, after, float(time[: study.start].sum()), float(time[study.start :].sum()))


def _four_counts(study: Study) -> Estimate:
    if study.others is None:
        raise TooLittleData("there are no comparison units")
    before, after = study.events()
    others = study.others
    return exact.ratio_of_ratios(before, after, int(others[: study.start].sum()), int(others[study.start :].sum()))


def _differences(study: Study) -> Estimate:
    return panel.difference_in_differences(treated_panel(study))


def _synthetic(study: Study) -> Estimate:
    """On rates where there is exposure: units of unequal size are compared as such."""
    if study.comparison is None:
        raise TooLittleData("there are no comparison units")
    values = np.column_stack([study.treated, study.comparison])
    if study.exposure is not None and study.comparison_exposure is not None:
        values = values / np.column_stack([study.exposure, study.comparison_exposure])
    series = pd.DataFrame(values)
    found = synthetic.placebos(series, 0, study.start)  # type: ignore[arg-type]
    return found.estimate(float(series.iloc[study.start :, 0].sum()))


def _local_level(study: Study) -> Estimate:
    return structural.local_level(study.treated, study.start, exposure=study.exposure)


_DESIGNS: dict[str, Callable[[Study], Estimate]] = {
    "four_counts": _four_counts,
    "differences": _differences,
    "synthetic": _synthetic,
    "before_after": _before_after,
    "its_poisson": _its(Terms(), "poisson"),
    "its_quasi": _its(Terms(harmonics=2), "quasi-poisson"),
    "its_hac": _its(Terms(harmonics=2), "quasi-poisson", _HAC_LAGS),
    "its_nb2": _its(Terms(harmonics=2), "nb2"),
    "its_slope": _slope,
    "local_level": _local_level,
}
