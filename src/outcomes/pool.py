"""Several evaluations together: which, and why, is a specification of its own, registered as theirs are.

Sites enter by what their own analysis found, whatever it was: an evaluation that cannot tell for its interval or its
few events alone is what pooling is for, one that fails any other check is left out and named. Effects that others
published never enter. A site's standard error is that of a normal with its interval: with few degrees of freedom larger
than its own, so that a short series counts less.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from pydantic import Field, model_validator
from scipy import stats

from outcomes.common import LEVEL, Diagnostic, Estimate, State
from outcomes.pooling import random_effects
from outcomes.rule import Verdict, verdict_of
from outcomes.specfile import digest_of
from outcomes.specification import Sentence, Strict, Text

#: Sites below which nothing is said, and below which the spread between sites is hardly known.
FEW_SITES, BETTER_SITES = 3, 10
#: Share of the variation between sites that is more than chance, above which their mean says little about any of them.
HETEROGENEOUS = 0.5
#: What may keep an evaluation from an answer and yet not from the pool.
_SMALL = {"interval", "events"}

Result = dict[str, Any]


class Pool(Strict):
    """``evaluations/pools/<name>.yml``: the evaluations that are pooled, and why they belong together."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{2,59}$")
    title: Text
    question: Text
    evaluations: list[str] = Field(min_length=2)
    why: Sentence

    @model_validator(mode="after")
    def _each_once(self) -> Pool:
        if len(set(self.evaluations)) < len(self.evaluations) or self.name in self.evaluations:
            raise ValueError("each evaluation is named once, and none has the name of the pool")
        return self

    @property
    def content(self) -> dict[str, Any]:
        """What is registered: every field."""
        return self.model_dump(mode="json")

    @property
    def digest(self) -> str:
        """SHA-256 of the content."""
        return digest_of(self.content)


def pooled(results: Sequence[Result]) -> dict[str, Any]:
    """The results of evaluations (``result.json``) together: members, verdict, estimate, pooled figures, diagnostics,
    leave_one_out; ``estimate`` is None where fewer than two can be pooled."""
    members = [_member(one) for one in results]
    inside = [one for one in members if one["why_out"] is None]
    verdict = _judged(inside, members, results)
    weights = _weights(inside, verdict.estimate) if verdict else []
    for one, weight in zip(inside if verdict else [], weights, strict=True):
        one["weight"] = weight
    e = verdict.estimate if verdict else None
    return {
        "members": members,
        "verdict": {"word": verdict.word if verdict else "cannot tell",
                    "reasons": list(verdict.reasons) if verdict else ["sites"]},
        "estimate": None if e is None else {name: getattr(e, name) for name in ("ratio", "low", "high", "p", "method")},
        "pooled": None if e is None else dict(e.figures),
        "diagnostics": [{"code": d.code, "state": d.state, "value": d.value, "limit": d.limit}
                        for d in (verdict.diagnostics if verdict else ())],
        "leave_one_out": _without_each(inside),
    }  # fmt: skip


def _member(result: Result) -> dict[str, Any]:
    """What a site brings along; ``why_out`` is the check that keeps it out, "no_interval" where it has none."""
    e, reasons = result["estimate"], result["verdict"]["reasons"]
    bad = [code for code in reasons if code not in _SMALL]
    ends = [e["low"], e["high"], e["ratio"]]
    finite = all(isinstance(end, float | int) and end > 0 and math.isfinite(end) for end in ends)
    out = bad[0] if bad else None if finite else "no_interval"
    error = math.log(e["high"] / e["low"]) / 2 / float(stats.norm.ppf((1 + LEVEL) / 2)) if finite else None
    return {"name": result["name"], "title": result["title"], "verdict": result["verdict"]["word"],
            "ratio": e["ratio"], "low": e["low"], "high": e["high"], "error": error, "why_out": out, "weight": None,
            "publication": result["extract"]["publication_id"], "digest": result["digest"]}  # fmt: skip


def _judged(inside: list[dict[str, Any]], members: list[dict[str, Any]], results: Sequence[Result]) -> Verdict | None:
    if len(inside) < 2:
        return None
    estimate = _mean(inside)
    figures, word = estimate.figures, verdict_of(estimate.low, estimate.high)
    agrees = verdict_of(figures["hartung_low"], figures["hartung_high"]) == word
    count, left = len(inside), len(members) - len(inside)
    shared = {side: _shared(results, side) for side in ("treated", "comparison")}
    outcomes = {(one["specification"]["outcome"]["mart"], one["specification"]["outcome"]["column"]) for one in results}
    holds = figures["predicted_low"] < 1 < figures["predicted_high"]
    checks = (
        _check("sites", count < FEW_SITES, count < BETTER_SITES, count, f">= {FEW_SITES}, better {BETTER_SITES}"),
        _check("left_out", False, left > 0, left, "none"),
        _check("overlap", shared["treated"] > 0, shared["comparison"] > 0, sum(shared.values()), "no unit in two"),
        _check("outcomes", False, len(outcomes) > 1, len(outcomes), "one outcome"),
        _check("heterogeneity", False, figures["i2"] > HETEROGENEOUS, figures["i2"], f"<= {HETEROGENEOUS}"),
        _check("prediction", False, word in ("reduction", "increase") and holds, float(holds), "does not hold 1"),
        _check("hartung", word != "cannot tell" and not agrees, False, float(agrees), "the same answer"),
    )
    reasons = tuple(check.code for check in checks if check.state == "fail")
    if word == "cannot tell" and not reasons:
        reasons = ("interval",)
    return Verdict("cannot tell" if reasons else word, replace(estimate, diagnostics=checks), checks, reasons)


def _mean(inside: list[dict[str, Any]]) -> Estimate:
    return random_effects([math.log(one["ratio"]) for one in inside], [one["error"] ** 2 for one in inside])


def _weights(inside: list[dict[str, Any]], estimate: Estimate) -> list[float]:
    """Each site's share in the mean."""
    weight = 1 / (np.array([one["error"] for one in inside]) ** 2 + estimate.figures["tau2"])
    return [float(w) for w in weight / weight.sum()]


def _without_each(inside: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if len(inside) <= FEW_SITES:
        return []
    rows = []
    for left in inside:
        e = _mean([one for one in inside if one is not left])
        rows.append({"name": left["name"], "ratio": e.ratio, "low": e.low, "high": e.high,
                     "verdict": verdict_of(e.low, e.high)})  # fmt: skip
    return rows


def _shared(results: Sequence[Result], side: str) -> int:
    """Units that stand in two evaluations on this side, or treated in one and for comparison in another."""
    units = [unit for one in results for unit in one["specification"]["units"][side]]
    other = {unit for one in results for unit in one["specification"]["units"]["treated"]}
    crossed = len(set(units) & other) if side == "comparison" else 0
    return len(units) - len(set(units)) + crossed


def _check(code: str, fails: bool, warns: bool, value: float, limit: str) -> Diagnostic:
    state: State = "fail" if fails else "warn" if warns else "pass"
    return Diagnostic(code, state, float(value), limit)
