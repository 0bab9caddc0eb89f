"""Matched groups of a specification that asks for them: from the publication to plain values, as its page says them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from outcomes.asked import Publication
from outcomes.common import Estimate, OutcomesError
from outcomes.matched import Answer, Groups, matched_groups
from outcomes.series import Extract, extract, months_of
from outcomes.specification import Matching, Specification, Window


def matched_result(
    source: Publication, spec: Specification, matching: Matching, columns: dict[str, Extract], file: Path
) -> dict[str, Any]:
    """What matched groups say; the series of the covariates are added to ``columns``.

    ``design`` is their row among the designs. Where nothing could be matched, ``why_not`` says so.

    Raises:
        MissingMonths: a month of a covariate before the start is missing.
        SpecificationError: a mart, column or unit of a covariate does not exist.
    """
    known = _covariates(source, spec, matching, columns, file)
    months, chosen = months_of(spec.window), spec.selection
    drop = (months.index(chosen.first), months.index(chosen.last) + 1) if chosen.first and chosen.last else None
    groups = Groups(
        columns["outcome"].values, tuple(spec.units.treated), months.index(spec.intervention.starts),
        exposure=columns["exposure"].values if "exposure" in columns else None, covariates=known,
        selection=chosen.how, drop=drop,
    )  # fmt: skip
    try:
        found = matched_groups(groups, matching.distance, matching.caliper, matching.ratio)
    except OutcomesError as error:
        return {"why_not": str(error), "verdict": {"word": "cannot tell", "reasons": ["unmatched"]}, "diagnostics": [],
                "sets": [], "lost": [], "balance": [], "events": None, "design": _row(None, str(error))}  # fmt: skip
    return {"why_not": None, **_told(found)}


def _covariates(
    source: Publication, spec: Specification, matching: Matching, columns: dict[str, Extract], file: Path
) -> pd.DataFrame | None:
    """The mean of each covariate over the months before the start, a row per unit."""
    units = [*spec.units.treated, *spec.units.comparison]
    last = (spec.intervention.starts - timedelta(days=1)).replace(day=1)
    past = Window.model_validate({"first": f"{spec.window.first:%Y-%m}", "last": f"{last:%Y-%m}"})
    means = {}
    for number, one in enumerate(matching.covariates):
        columns[one.name] = extract(source, one, units, past, file, f"matching.covariates.{number}")
        means[one.name] = columns[one.name].values.mean()
    return pd.DataFrame(means) if means else None


def _told(found: Answer) -> dict[str, Any]:
    verdict, matched = found.verdict, found.matched
    figures = verdict.estimate.figures
    return {
        "verdict": {"word": verdict.word, "reasons": list(verdict.reasons)},
        "events": {name: figures[name] for name in ("sets", "before", "after", "expected")},
        "diagnostics": [{"code": d.code, "state": d.state, "value": d.value, "limit": d.limit}
                        for d in verdict.diagnostics],
        "sets": matched.sets.to_dict("records"),
        "lost": list(matched.lost),
        "balance": matched.balance.to_dict("records"),
        "design": _row(verdict.estimate, None),
    }  # fmt: skip


def _row(e: Estimate | None, why_not: str | None) -> dict[str, Any]:
    told = {name: None if e is None else getattr(e, name) for name in ("ratio", "low", "high", "p", "method")}
    warns = [] if e is None else [check.code for check in e.diagnostics if check.state != "pass"]
    return {"code": "matched", **told, "warns": warns, "why_not": why_not}
