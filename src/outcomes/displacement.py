"""Displacement and diffusion around a treated area.

R is the treated area, D the ring around it, C the comparison area; b before, a after. Weighted displacement quotient
and total net effect: Bowers and Johnson (2003); weighted displacement difference: Wheeler and Ratcliffe (2018).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import stats

from outcomes.common import LEVEL, Estimate, from_log


@dataclass(frozen=True)
class Change:
    """Counts of one area before and after, over windows of equal length; ``weight`` divides them (area, or time)."""

    before: int
    after: int
    weight: float = 1.0

    @property
    def difference(self) -> float:
        """After minus before, weighted."""
        return (self.after - self.before) / self.weight

    @property
    def variance(self) -> float:
        """Of the difference, the counts being Poisson."""
        return (self.after + self.before) / self.weight**2


@dataclass(frozen=True)
class Quotient:
    """``wdq`` and ``net`` are None where undefined; ``readable`` only if the treated area fell against comparison."""

    wdq: float | None
    readable: bool
    net: float | None


@dataclass(frozen=True)
class Difference:
    """Weighted displacement difference in events (below zero: fewer), by the normal."""

    events: float
    error: float
    z: float
    p: float
    low: float
    high: float


def quotient(treated: Change, ring: Change, comparison: Change) -> Quotient:
    """WDQ = (Da/Ca - Db/Cb) / (Ra/Ca - Rb/Cb); TNE = [Rb Ca/Cb - Ra] + [Db Ca/Cb - Da] events prevented.

    A comparison area with a zero count leaves both undefined; so does, for the quotient, a treated area without change.
    """
    if not comparison.before or not comparison.after:
        return Quotient(None, False, None)
    drift = comparison.after / comparison.before
    net = treated.before * drift - treated.after + ring.before * drift - ring.after
    success = treated.after / comparison.after - treated.before / comparison.before
    moved = ring.after / comparison.after - ring.before / comparison.before
    return Quotient(moved / success if success else None, success < 0, net)


def difference(
    treated: Change, comparison: Change, ring: Change | None = None, ring_comparison: Change | None = None,
    level: float = LEVEL,
) -> Difference:  # fmt: skip
    """WDD = dT - dC + dDt - dDc; its variance is the sum of all (weighted) counts."""
    signs = [(treated, 1), (comparison, -1), (ring, 1), (ring_comparison, -1)]
    areas = [(area, sign) for area, sign in signs if area is not None]
    events = sum(sign * area.difference for area, sign in areas)
    error = math.sqrt(sum(area.variance for area, _ in areas))
    z = events / error if error else 0.0
    reach = float(stats.norm.ppf((1 + level) / 2)) * error
    return Difference(events, error, z, float(2 * stats.norm.sf(abs(z))), events - reach, events + reach)


def ratio_of_ratios(treated: Change, comparison: Change, level: float = LEVEL) -> Estimate:
    """Difference in differences of four counts: (Ra/Rb)/(Ca/Cb), SE(log) = sqrt(sum of 1/count).

    Raises:
        NotConverged: a count is zero.
    """
    cells = [treated.after, treated.before, comparison.after, comparison.before]
    if min(cells) <= 0:
        return from_log("ratio of ratios", math.nan, math.nan, "Poisson")
    log_ratio = math.log(cells[0] * cells[3] / (cells[1] * cells[2]))
    error = math.sqrt(sum(1 / cell for cell in cells))
    return from_log("ratio of ratios", log_ratio, error, "Poisson", level=level)
