"""Difference in differences of counts with unit and time effects, event study, pre-trend test, clustered errors.

A panel is a data frame with a row per unit and time and the columns unit, time (whole months, counted from anywhere),
events, treated (0 or 1 in that month) and optionally exposure. With one date for all treated units this is the usual
estimate; with several dates and effects that grow, two-way effects mislead (Goodman-Bacon 2021): it then warns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats

from outcomes.common import Diagnostic, Estimate, Floats, NotConverged, TooLittleData, counts, from_log

#: Clustered errors are too small with fewer units, or treated units, than this (Cameron and Miller 2015; MacKinnon and
#: Webb 2018).
FEW_UNITS, FEW_TREATED = 20, 10


@dataclass(frozen=True)
class EventStudy:
    """Ratios by time since the start (a row per bin: low end ``since``, ratio, low, high) against the last bin before;
    ``pre_trend_p`` is the joint test that no bin before differs."""

    bins: pd.DataFrame
    pre_trend_p: float


def difference_in_differences(panel: pd.DataFrame) -> Estimate:
    """Poisson with unit and time effects, errors clustered by unit, t with one degree of freedom less than units.

    ``figures``: units, treated_units, dates.

    Raises:
        TooLittleData: no comparison units, or no treated months.
        NotConverged: the fit has no finite errors.
    """
    frame, starts = _checked(panel)
    fit = _fit(frame, pd.DataFrame({"treated": frame["treated"].to_numpy(np.float64)}))
    units, dates = frame["unit"].nunique(), starts.nunique()
    figures = {"units": float(units), "treated_units": float(len(starts)), "dates": float(dates)}
    few = units < FEW_UNITS or len(starts) < FEW_TREATED
    limit = f"{FEW_UNITS} units, {FEW_TREATED} of them treated"
    checks = (
        Diagnostic("clusters", "warn" if few else "pass", float(min(units, 2 * len(starts))), limit),
        Diagnostic("staggered", "warn" if dates > 1 else "pass", float(dates), "one date for all"),
    )
    return from_log("difference in differences", float(fit.params["treated"]), float(fit.bse["treated"]),
                    "clustered by unit, t", units - 1, figures=figures, diagnostics=checks)  # fmt: skip


def event_study(panel: pd.DataFrame, width: int = 6, reach: int = 4) -> EventStudy:
    """Effects by bins of ``width`` months since each unit's start, ``reach`` bins to each side (the outer ones open).

    Raises:
        TooLittleData: as above, or fewer than two bins before.
        NotConverged: the fit has no finite errors.
    """
    frame, starts = _checked(panel)
    since = frame["time"] - frame["unit"].map(starts)
    bins = (since // width).clip(-reach, reach - 1)
    present = sorted(int(b) for b in bins.dropna().unique())
    before = [b for b in present if b < -1]
    if not before or -1 not in present:
        raise TooLittleData(f"an event study needs two bins of {width} months before the start")
    columns = {f"bin{b}": (bins == b).to_numpy(np.float64) for b in present if b != -1}
    fit = _fit(frame, pd.DataFrame(columns))
    degrees = frame["unit"].nunique() - 1
    rows = []
    for b in present:
        if b == -1:
            rows.append({"since": -width, "ratio": 1.0, "low": 1.0, "high": 1.0})
            continue
        e = from_log("", float(fit.params[f"bin{b}"]), float(fit.bse[f"bin{b}"]), "", degrees)
        rows.append({"since": b * width, "ratio": e.ratio, "low": e.low, "high": e.high})
    return EventStudy(pd.DataFrame(rows), _joint(fit, [f"bin{b}" for b in before], degrees))


def _joint(fit: Any, names: list[str], degrees: int) -> float:
    """F test that all named effects are zero; by as many of them as the clusters can tell apart."""
    covariance = fit.cov_params().loc[names, names].to_numpy()
    effect = fit.params[names].to_numpy()
    used = min(int(np.linalg.matrix_rank(covariance)), degrees)
    wald = float(effect @ np.linalg.pinv(covariance) @ effect) / used
    return float(stats.f.sf(wald, used, degrees))


def _checked(panel: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """The panel sorted, units without events left out, and each treated unit's first treated time."""
    missing = {"unit", "time", "events", "treated"} - set(panel.columns)
    if missing:
        raise TooLittleData(f"the panel lacks the columns {', '.join(sorted(missing))}")
    if panel.duplicated(["unit", "time"]).any():
        raise TooLittleData("the panel has two rows for one unit and time")
    counts(panel["events"], "events")
    total = panel.groupby("unit")["events"].transform("sum")
    when = panel.groupby("time")["events"].transform("sum")
    frame = panel[(total > 0) & (when > 0)].sort_values(["unit", "time"]).reset_index(drop=True)
    starts = frame[frame["treated"] == 1].groupby("unit")["time"].min()
    if starts.empty or frame["unit"].nunique() <= len(starts):
        raise TooLittleData("difference in differences needs treated months and units that are never treated")
    return frame, starts


def _fit(frame: pd.DataFrame, effects: pd.DataFrame) -> Any:
    unit = pd.get_dummies(frame["unit"], prefix="unit", dtype=np.float64)
    time = pd.get_dummies(frame["time"], prefix="time", dtype=np.float64, drop_first=True)
    x = pd.concat([effects, unit, time], axis=1)
    offset: Floats | None = None
    if "exposure" in frame:
        offset = np.log(frame["exposure"].to_numpy(np.float64))
    if np.linalg.matrix_rank(x.to_numpy()) < x.shape[1]:
        raise NotConverged("effects cannot be told from unit and time effects; add comparison units or months")
    model = sm.GLM(frame["events"].to_numpy(np.float64), x, family=sm.families.Poisson(), offset=offset)
    groups = frame["unit"].astype("category").cat.codes.to_numpy()
    return model.fit(cov_type="cluster", cov_kwds={"groups": groups, "use_correction": True})
