"""One evaluation, from the marts of a publication to everything that its page says, as plain values."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from feeds.errors import SpecificationError
from outcomes import looking
from outcomes.asked import Publication
from outcomes.common import Diagnostic, Estimate, Floats, OutcomesError
from outcomes.designs import all_designs
from outcomes.matched_result import matched_result
from outcomes.registration import Registration
from outcomes.rule import Verdict, judge
from outcomes.series import Extract, MissingMonths, as_csv, extract, fingerprint, months_of
from outcomes.specification import Specification
from outcomes.study import Study

#: The file beside the result that holds every number that went into it.
SERIES_FILE = "series.csv"


@dataclass(frozen=True)
class Evaluated:
    """``result``: everything the page says (JSON values, six digits); ``series``: the frozen extract as written."""

    result: dict[str, Any]
    series: bytes


def evaluate(source: Publication, spec: Specification, file: Path, known: Sequence[Registration]) -> Evaluated:
    """Run a registered specification on a publication.

    Raises:
        MissingMonths: a month of the outcome or the exposure is missing.
        SpecificationError: a mart, column or unit does not exist, rows overlap, an outcome is no count, or there is
            nothing to judge.
    """
    units = [*spec.units.treated, *spec.units.comparison]
    columns = {"outcome": extract(source, spec.outcome, units, spec.window, file, "outcome", is_count=True)}
    if spec.exposure:
        columns["exposure"] = extract(source, spec.exposure, units, spec.window, file, "exposure")
    study = _study(spec, columns["outcome"], columns.get("exposure"), file)
    try:
        verdict = judge(study)
    except OutcomesError as error:
        raise SpecificationError(file, "outcome", f"{error}.", "Choose another outcome or a longer window.") from None
    harms = [_harm(source, spec, number, columns, file) for number in range(len(spec.harms))]
    designs = all_designs(study)
    beside: dict[str, Any] = {}
    if spec.matching:
        beside["matched"] = matched_result(source, spec, spec.matching, columns, file)
        designs.append(beside["matched"]["design"])
    series = as_csv(columns)
    result = {
        **{key: spec.content[key] for key in ("name", "title", "question")},
        "specification": spec.content,
        "digest": spec.digest,
        "registrations": [one.row() for one in known],
        "extract": {
            "publication_id": source.kept.publication_id,
            "published_at": source.kept.manifest["published_at"],
            "file": SERIES_FILE,
            "sha256": fingerprint(series),
            "zeros": columns["outcome"].zeros,
        },
        "months": [f"{month:%Y-%m}" for month in months_of(spec.window)],
        "treated": study.treated.tolist(),
        "comparison": None if study.others is None else study.others.tolist(),
        **_judged(verdict, study),
        "diagnostics": [*_checks(verdict.diagnostics), _registered_in_time(spec, known)],
        "designs": designs,
        "phases": looking.phases(study, spec),
        "sensitivity": looking.sensitivities(study, spec.units.comparison),
        "harms": harms,
        **beside,
    }
    result["would_change"] = looking.would_change(verdict, study, result["sensitivity"], beside.get("matched"))
    return Evaluated(plain(result), series)


def published_effects(project: Path) -> list[dict[str, str]]:
    """Effects that others published (``evaluations/published_effects.csv``), as context: never mixed with own ones."""
    with (project / "evaluations" / "published_effects.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _study(
    spec: Specification, outcome: Extract, exposure: Extract | None, file: Path, others: Sequence[str] | None = None
) -> Study:
    months = months_of(spec.window)
    chosen, drop = spec.selection, None
    if chosen.first and chosen.last:
        drop = (months.index(chosen.first), months.index(chosen.last) + 1)
    treated, compared = list(spec.units.treated), list(spec.units.comparison if others is None else others)
    given = None if exposure is None else exposure.values
    if given is not None and (given <= 0).any(axis=None):
        raise SpecificationError(file, "exposure", "a month without exposure.", "Shorten the window or leave it out.")
    try:
        return Study(
            _sum(outcome.values[treated]), months.index(spec.intervention.starts),
            comparison=_matrix(outcome.values[compared]) if compared else None,
            exposure=None if given is None else _sum(given[treated]),
            comparison_exposure=_matrix(given[compared]) if given is not None and compared else None,
            selection=chosen.how, drop=drop, no_shared_shock=spec.units.no_comparison,
            calendar=np.array([month.month for month in months], dtype=np.float64),
        )  # fmt: skip
    except OutcomesError as error:
        raise SpecificationError(file, "window", f"{error}.", "Correct the window or the intervention.") from None


def _harm(
    source: Publication, spec: Specification, number: int, columns: dict[str, Extract], file: Path
) -> dict[str, Any]:
    """One harm by the same statistics; where its series cannot be had, that is what is told."""
    harm = spec.harms[number]
    told = {"name": harm.name, "title": harm.title.model_dump(), "worse": harm.worse}
    others = spec.units.comparison if harm.comparison is None else harm.comparison
    exposure = columns.get("exposure")
    if exposure is not None and not set(others) <= set(exposure.values):
        exposure = None  # other units than those whose exposure is known: counts against counts
    try:
        units = [*spec.units.treated, *others]
        found = extract(source, harm, units, spec.window, file, f"harms.{number}", is_count=True)
        study = _study(spec, found, exposure, file, others)
        judged = _judged(judge(study), study)
    except (MissingMonths, SpecificationError, OutcomesError) as error:
        problem = error.problem if isinstance(error, SpecificationError) else str(error)
        return {**told, "why_not": problem, "zeros": 0, "verdict": None, "estimate": None, "events": None}
    columns[harm.name] = found
    return {**told, "why_not": None, "zeros": found.zeros, **judged}


def _judged(verdict: Verdict, study: Study) -> dict[str, Any]:
    before, after = study.events()
    months = [int(side.sum()) for side in study.used]
    return {
        "verdict": {"word": verdict.word, "reasons": list(verdict.reasons)},
        "estimate": estimate_row(verdict.estimate),
        "events": {"before": before, "after": after, "months_before": months[0], "months_after": months[1]},
    }


def estimate_row(found: Estimate) -> dict[str, Any]:
    """What is told of an estimate."""
    return {name: getattr(found, name) for name in ("design", "ratio", "low", "high", "p", "method", "level")}


def _checks(found: Sequence[Diagnostic]) -> list[dict[str, Any]]:
    return [{"code": d.code, "state": d.state, "value": d.value, "limit": d.limit} for d in found]


def _registered_in_time(spec: Specification, known: Sequence[Registration]) -> dict[str, Any]:
    """Whether what is judged was fixed before the months after the start could be seen, and not bent since."""
    start = datetime.combine(spec.intervention.starts, datetime.min.time(), UTC)
    late = sum(one.at >= start for one in known)
    bent = any(one.result_seen for one in known)
    return {"code": "registered", "state": "warn" if late or bent else "pass", "value": float(late),
            "limit": "registered and amended before the start, and before any result"}  # fmt: skip


def _sum(values: pd.DataFrame) -> Floats:
    return np.asarray(values.sum(axis=1), dtype=np.float64)


def _matrix(values: pd.DataFrame) -> Floats:
    return values.to_numpy(np.float64)


def plain(value: Any) -> Any:
    """JSON values: numbers to six digits, so that the same data gives the same bytes; what is not finite by name."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return float(f"{value:.6g}") if math.isfinite(value) else "infinite" if value > 0 else "-infinite"
    return value
