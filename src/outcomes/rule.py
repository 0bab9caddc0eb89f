"""The recommended analysis and the rule of the verdict, the same for every study (docs/evaluation-accuracy.md).

The limits below were chosen on simulated series of the process that also scores them (other seeds): what the accuracy
page says is optimistic for series that come about in another way.

With comparison units: the share of the treated units in each month's total (``comparison.share_ratio``). Without: a
quasi-Poisson series with trend and two harmonics, whose verdict counts only where the specification gave a reason for
which no other change is expected at that time. Where a condition fails, the answer is "cannot tell".
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from outcomes import comparison, counts, exact
from outcomes.common import Diagnostic, Estimate, Floats, State, from_log
from outcomes.study import Study

Word = Literal["reduction", "increase", "no sign of change", "cannot tell"]

#: Months that count, on each side; 36 before are better (domain.md, safeguards).
MONTHS_BEFORE, BETTER_BEFORE, MONTHS_AFTER = 24, 36, 12
#: Treated events before, and expected after: below, rates are unstable and intervals exact.
FEW_EVENTS = 20
#: "No sign of change" says that the interval lies within a fifth fewer and a fifth more.
NO_CHANGE = (0.8, 1.2)
#: p-values of a drift before the start.
DRIFT_WARN, DRIFT_FAIL = 0.05, 0.01
#: Autocorrelation of months above which slow swings cannot be told from an effect.
MEMORY_WARN, MEMORY_FAIL = 0.3, 0.4
#: Slow swings of this many times the Poisson variance are worth a look.
WILD = 10.0


@dataclass(frozen=True)
class Verdict:
    """The answer, its estimate, the checks behind it, and the codes of what stands in the way of an answer."""

    word: Word
    estimate: Estimate
    diagnostics: tuple[Diagnostic, ...]
    reasons: tuple[str, ...]


def judge(study: Study) -> Verdict:
    """The recommended analysis of a study and its verdict.

    Raises:
        TooLittleData: there are no events at all, or comparison units without any.
    """
    before, after = study.events()
    months_before, months_after = (float(side.sum()) for side in study.used)
    checks = window_checks(months_before, months_after) + _basis(study)
    estimate, more = _estimate(study, before, after)
    checks += more
    reasons = tuple(d.code for d in checks if d.state == "fail")
    word = "cannot tell" if reasons else verdict_of(estimate.low, estimate.high)
    if word == "cannot tell" and not reasons:
        reasons = ("interval",)
    return Verdict(word, replace(estimate, diagnostics=tuple(checks)), tuple(checks), reasons)


def verdict_of(low: float, high: float) -> Word:
    """What an interval alone says."""
    if high < 1:
        return "reduction"
    if low > 1:
        return "increase"
    return "no sign of change" if NO_CHANGE[0] < low and high < NO_CHANGE[1] else "cannot tell"


def window_checks(before: float, after: float) -> list[Diagnostic]:
    """Whether there are months enough on each side."""
    state: State = "fail" if before < MONTHS_BEFORE else "warn" if before < BETTER_BEFORE else "pass"
    return [
        Diagnostic("months_before", state, before, f">= {MONTHS_BEFORE}, better {BETTER_BEFORE}"),
        Diagnostic("months_after", "fail" if after < MONTHS_AFTER else "pass", after, f">= {MONTHS_AFTER}"),
    ]


def _basis(study: Study) -> list[Diagnostic]:
    """Whether anything stands against the two classic mistakes: a change that all share, and chance high points."""
    units = 0 if study.comparison is None else study.comparison.shape[1]
    alone: State = "pass" if units else "warn" if study.no_shared_shock else "fail"
    chosen: State = "fail" if study.selection == "unknown" else "pass"
    return [
        Diagnostic("comparison", alone, float(units), "comparison units, or a registered reason to do without"),
        Diagnostic("selection", chosen, float(study.selection != "unknown"), "how the site was chosen is known"),
    ]


def _estimate(study: Study, before: int, after: int) -> tuple[Estimate, list[Diagnostic]]:
    thin = min(float(before), _expected(study, before))
    few = Diagnostic("events", "fail" if thin < FEW_EVENTS else "pass", thin,
                     f">= {FEW_EVENTS} before, and expected after")  # fmt: skip
    sides = [float(side.sum()) for side in study.used]
    if thin < FEW_EVENTS or after == 0 or min(sides) < 12:
        return _exact(study, before, after), [few]
    large, checks = _shares(study, study.others) if study.others is not None else _alone(study)
    if after < FEW_EVENTS and _width(large) < _width(small := _exact(study, before, after)):
        large = replace(small, figures=large.figures | small.figures)  # the wider one, with the p of its own method
    return large, [few, *checks]


def _exact(study: Study, before: int, after: int) -> Estimate:
    """By totals: exact given the comparison units' totals, or the months' exposure."""
    pre, post = study.used
    if study.others is not None:
        return exact.ratio_of_ratios(before, after, int(pre @ study.others), int(post @ study.others))
    time = np.ones(len(study.treated)) if study.exposure is None else study.exposure
    return exact.rate_ratio(before, after, float(pre @ time), float(post @ time))


def _expected(study: Study, before: int) -> float:
    """Events after the start if nothing had changed but the comparison."""
    pre, post = study.used
    by = study.others if study.others is not None else study.exposure
    if by is None:
        return before * float(post.sum()) / float(pre.sum())
    return before * float(post @ by) / float(pre @ by) if float(pre @ by) > 0 else 0.0


def _shares(study: Study, others: Floats) -> tuple[Estimate, list[Diagnostic]]:
    estimate = comparison.share_ratio(
        study.treated, others, study.start, drop=study.drop, exposure=study.exposure,
        comparison_exposure=study.others_exposure,
    )  # fmt: skip
    before, _ = comparison.sides(study.treated, others, study.start, study.drop, study.exposure, study.others_exposure)
    drift, slow = comparison.drift(before), estimate.figures["long_run"]
    return estimate, [
        _two("drift_before", drift < DRIFT_FAIL, drift < DRIFT_WARN, drift, f"p >= {DRIFT_FAIL}, better {DRIFT_WARN}"),
        _memory(estimate.figures["lag_one"]),
        _two("slow_swings", False, slow > WILD, slow, f"<= {WILD:g} times Poisson"),
    ]


def _alone(study: Study) -> tuple[Estimate, list[Diagnostic]]:
    """Quasi-Poisson with the errors that a series with a memory of one month needs, by t.

    Residuals of a fit remember less than the months did, by a little for each term: that is added back. A window of
    selection is cut out; the trend runs over the gap.
    """
    kept = np.flatnonzero(study.used[0] + study.used[1])
    calendar = study.calendar if study.calendar is not None else np.arange(len(study.treated)) % 12 + 1.0
    elapsed = pd.DataFrame({"trend": kept / 12})  # the months' own clock, so that a gap stays a gap
    fit = counts.interrupted(
        study.treated[kept], int((kept < study.start).sum()), counts.Terms(trend=False, harmonics=2),
        calendar=calendar[kept], covariates=elapsed, exposure=None if study.exposure is None else study.exposure[kept],
    )  # fmt: skip
    terms = 7  # constant, step, trend, two harmonics
    memory = min(max(fit.figures["lag_one"] + (terms + 4) / len(kept), 0.0), 0.9)
    error = _width(fit) / 2 / float(stats.norm.ppf((1 + fit.level) / 2)) * math.sqrt((1 + memory) / (1 - memory))
    estimate = from_log("series alone", math.log(fit.ratio), error, "quasi-Poisson with memory, t", len(kept) - terms,
                        figures=fit.figures)  # fmt: skip
    return estimate, [_memory(memory)]


def _width(estimate: Estimate) -> float:
    """Of the interval, in logs."""
    if estimate.low <= 0 or math.isinf(estimate.high):
        return math.inf
    return math.log(estimate.high / estimate.low)


def _memory(value: float) -> Diagnostic:
    limit = f"<= {MEMORY_FAIL}, better {MEMORY_WARN}"
    return _two("memory", value > MEMORY_FAIL, value > MEMORY_WARN, value, limit)


def _two(code: str, fails: bool, warns: bool, value: float, limit: str) -> Diagnostic:
    state: State = "fail" if fails else "warn" if warns else "pass"
    return Diagnostic(code, state, value, limit)
