"""Exact and mid-p inference on small counts.

Garwood (1936) for one count; for two, the conditional binomial (Clopper-Pearson and mid-p: Lehmann and Romano) and the
E-test of Krishnamoorthy and Thomson (2004). Below 20 events these are used in place of large-sample intervals.
"""

from __future__ import annotations

import math
from typing import Literal

from scipy import optimize, stats

from outcomes.common import LEVEL, Estimate, TooLittleData


def garwood(events: int, level: float = LEVEL) -> tuple[float, float]:
    """Exact interval of a Poisson mean given one count."""
    tail = (1 - level) / 2
    low = 0.0 if events == 0 else float(stats.chi2.ppf(tail, 2 * events)) / 2
    return low, float(stats.chi2.ppf(1 - tail, 2 * events + 2)) / 2


def wilson(events: int, of: int, level: float = LEVEL) -> tuple[float, float]:
    """Wilson's interval of a share."""
    found = stats.binomtest(events, of).proportion_ci(level, method="wilson")
    return float(found.low), float(found.high)


def e_test(before: int, after: int, time_before: float = 1, time_after: float = 1) -> float:
    """Two-sided p-value that two Poisson rates are equal (Krishnamoorthy and Thomson 2004)."""
    return float(stats.poisson_means_test(before, time_before, after, time_after).pvalue)


def rate_ratio(
    before: int, after: int, time_before: float = 1, time_after: float = 1, kind: Literal["exact", "mid-p"] = "exact",
    level: float = LEVEL,
) -> Estimate:  # fmt: skip
    """Rate after over rate before, given the total: ``after ~ Binomial(n, r t2 / (r t2 + t1))``.

    The p-value is twice the smaller tail, so that it agrees with the central interval. No event before: the ratio is
    infinite and has no upper limit; none after: it is 0.

    Raises:
        TooLittleData: no event at all, or no time.
    """
    total = before + after
    if not total or min(time_before, time_after) <= 0:
        raise TooLittleData("no events at all, or no time on one side: no ratio exists")
    tail = (1 - level) / 2
    half = 0.5 if kind == "mid-p" else 0.0

    def lower(share: float) -> float:
        """P(X >= after), a mid-p counting half of the point itself."""
        return float(stats.binom.sf(after - 1, total, share) - half * stats.binom.pmf(after, total, share))

    def upper(share: float) -> float:
        return float(stats.binom.cdf(after, total, share) - half * stats.binom.pmf(after, total, share))

    low = 0.0 if after == 0 else optimize.brentq(lambda s: lower(s) - tail, 0, 1, xtol=1e-14)
    high = 1.0 if before == 0 else optimize.brentq(lambda s: upper(s) - tail, 0, 1, xtol=1e-14)
    same = time_after / (time_before + time_after)
    p = min(1.0, 2 * min(lower(same), upper(same)))
    scale = time_before / time_after
    odds = [math.inf if share == 1 else share / (1 - share) * scale for share in (low, high)]
    ratio = math.inf if before == 0 else after / before * scale
    figures = {"before": float(before), "after": float(after)}
    return Estimate(
        f"{kind} rate ratio", ratio, odds[0], odds[1], p, f"conditional binomial, {kind}", level, (), figures
    )


def ratio_of_ratios(before: int, after: int, other_before: int, other_after: int, level: float = LEVEL) -> Estimate:
    """(after / before) / (other_after / other_before), exact given all margins (noncentral hypergeometric, as Fisher).

    Raises:
        TooLittleData: a row or column of the four counts is empty.
    """
    table = [[after, before], [other_after, other_before]]
    if not (after + before and other_after + other_before and after + other_after and before + other_before):
        raise TooLittleData("no events in one group or on one side: no ratio exists")
    found = stats.contingency.odds_ratio(table, kind="conditional")
    low, high = found.confidence_interval(level)
    tails = [stats.fisher_exact(table, alternative=way).pvalue for way in ("less", "greater")]
    p = min(1.0, 2 * float(min(tails)))
    figures = {"before": float(before), "after": float(after)}
    return Estimate("exact ratio of ratios", float(found.statistic), float(low), float(high), p,
                    "noncentral hypergeometric, exact", level, (), figures)  # fmt: skip
