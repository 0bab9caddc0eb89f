"""Beside the verdict: the effect by phase, what other dates and comparisons would have said, what would change it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from outcomes import panel, sensitivity
from outcomes.common import OutcomesError
from outcomes.designs import treated_panel
from outcomes.rule import Verdict, judge
from outcomes.series import months_of
from outcomes.specification import Specification
from outcomes.study import Study

#: More data than this many times what there is will not come.
_FAR = 20.0


def phases(study: Study, spec: Specification) -> list[dict[str, Any]]:
    """The recommended analysis of the months of each phase against all months before; empty without phases."""
    months = months_of(spec.window)
    starts = [months.index(phase.starts) for phase in spec.intervention.phases]
    rows = []
    for phase, low, high in zip(spec.intervention.phases, starts, [*starts[1:], len(months)], strict=False):
        told = {"title": phase.title.model_dump(), "starts": f"{phase.starts:%Y-%m}", "months": high - low}
        at = np.concatenate([np.arange(study.start), np.arange(low, high)])
        rows.append(told | _judged(lambda at=at: judge(study.months(at, study.start))))  # type: ignore[misc]
    return rows


def sensitivities(study: Study, comparison: Sequence[str]) -> dict[str, Any]:
    """Placebo dates, moved start, comparison units left out, decay, trend before; each with figures or a reason."""
    return {
        "start_dates": _table(lambda: sensitivity.start_dates(study)),
        "leave_one_out": _table(
            lambda: sensitivity.leave_one_out(study).assign(unit=lambda t: [comparison[u] for u in t["unit"]])
        ),
        "placebo_dates": _placebo(study),
        "decay": _decay(study),
        "pre_trend": _pre_trend(study),
    }


def would_change(
    verdict: Verdict, study: Study, tried: dict[str, Any], matched: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """What would change the verdict: a code and its values each, for the page to put into words."""
    limits = {d.code: (d.value, d.limit) for d in verdict.diagnostics}
    found: list[dict[str, Any]] = []
    for reason in verdict.reasons:
        if reason != "interval":
            value, limit = limits[reason]
            found.append({"code": reason, "value": value, "limit": limit})
    if "interval" in verdict.reasons:
        found.append(_more_data(verdict))
    for row in tried["start_dates"]["rows"]:
        if row["shift"] and row["verdict"] != verdict.word:
            found.append({"code": "start", "shift": row["shift"], "verdict": row["verdict"]})
    for row in tried["leave_one_out"]["rows"]:
        if row["verdict"] != verdict.word:
            found.append({"code": "left_out", "unit": row["unit"], "verdict": row["verdict"]})
    if matched and matched["verdict"]["word"] != verdict.word:
        found.append({"code": "matched", "verdict": matched["verdict"]["word"]})
    return found or [{"code": "nothing_tried"}]


def _more_data(verdict: Verdict) -> dict[str, Any]:
    """How many times the information would part this ratio from no change; None where that is out of reach."""
    e = verdict.estimate
    if e.ratio <= 0 or e.low <= 0 or not math.isfinite(e.high) or e.ratio == 1:
        return {"code": "interval", "times": None}
    side = math.log(e.high / e.ratio) if e.ratio < 1 else math.log(e.ratio / e.low)
    times = (side / abs(math.log(e.ratio))) ** 2
    return {"code": "interval", "times": times if times <= _FAR else None}


def _judged(fit: Callable[[], Verdict]) -> dict[str, Any]:
    try:
        found = fit()
    except OutcomesError as error:
        return {"ratio": None, "low": None, "high": None, "verdict": None, "why_not": str(error)}
    e = found.estimate
    return {"ratio": e.ratio, "low": e.low, "high": e.high, "verdict": found.word, "why_not": None}


def _table(make: Callable[[], pd.DataFrame]) -> dict[str, Any]:
    try:
        return {"rows": make().to_dict("records"), "why_not": None}
    except OutcomesError as error:
        return {"rows": [], "why_not": str(error)}


def _placebo(study: Study) -> dict[str, Any]:
    try:
        found = sensitivity.placebo_dates(study)
    except OutcomesError as error:
        return {"dates": None, "false_alarms": None, "p": None, "why_not": str(error)}
    return {"dates": len(found.dates), "false_alarms": found.false_alarms, "p": found.p, "why_not": None}


def _decay(study: Study) -> dict[str, Any]:
    try:
        found = sensitivity.decay(study)
    except OutcomesError as error:
        return {"rows": [], "drift": None, "p": None, "why_not": str(error)}
    return {"rows": found.windows.to_dict("records"), "drift": found.drift, "p": found.p, "why_not": None}


def _pre_trend(study: Study) -> dict[str, Any]:
    """Joint test of the event study that the treated unit did not part from the others before the start."""
    try:
        return {"p": panel.event_study(treated_panel(study)).pre_trend_p, "why_not": None}
    except OutcomesError as error:
        return {"p": None, "why_not": str(error)}
