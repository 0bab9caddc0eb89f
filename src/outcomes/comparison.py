"""Treated against comparison units by shares of their months' totals: the recommended design.

Given each month's total, the treated part is binomial, and what all units share (season, national shocks) cancels: this
is the Poisson difference in differences with unit and time effects, the comparison units pooled, in closed form. What
months vary more than chance, and how long their swings last, is measured from low-frequency cosine transforms of the
residuals within each side (equal-weighted cosines: Lazarus, Lewis, Stock and Watson 2018), which leave a t with few
degrees of freedom in place of a normal that believes autocorrelated months to be as many as they are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from outcomes.common import LEVEL, Estimate, Floats, NotConverged, TooLittleData, counts, from_log, lag_one

#: One cosine for each so many months of a side: 36 + 24 months give 6 + 4 degrees of freedom.
MONTHS_PER_COSINE = 6
#: The memory that raises the cosines is measured on the same few months: intervals are wider by so much (ADR 100).
MEASURED_MEMORY = 1.08


@dataclass(frozen=True)
class Side:
    """One side of the start: log odds of the treated share beyond exposure, information, low-frequency residuals."""

    log_odds: float
    information: float
    residuals: Floats
    cosines: Floats


def share_ratio(
    treated: ArrayLike, comparison: ArrayLike, start: int, *, drop: tuple[int, int] | None = None,
    exposure: ArrayLike | None = None, comparison_exposure: ArrayLike | None = None, level: float = LEVEL,
) -> Estimate:  # fmt: skip
    """Rate ratio of the treated series, after over before, relative to the comparison series (their sum).

    ``drop`` is a half-open range of months to leave out: those by which the site was selected. ``figures``: long_run
    (dispersion of slow swings; 1 is Poisson without memory), dispersion, degrees, lag_one (autocorrelation of the
    months' residuals), events before and after, expected after.

    Raises:
        TooLittleData: a side of fewer than 12 months, a missing month, or no events on a side.
    """
    before, after = sides(treated, comparison, start, drop, exposure, comparison_exposure)
    memory = lag_one(before.residuals, after.residuals)
    pieces = np.concatenate([_recoloured(side, memory) for side in (before, after)])
    long_run = float((pieces**2).mean())
    dispersion = float(np.concatenate([before.residuals, after.residuals]).var())
    error = MEASURED_MEMORY * math.sqrt(long_run * (1 / before.information + 1 / after.information))
    y = counts(treated, "treated")
    kept = np.ones(len(y), dtype=bool)
    if drop:
        kept[drop[0] : drop[1]] = False
    post = np.arange(len(y)) >= start
    log_ratio = after.log_odds - before.log_odds
    seen = float(y[post & kept].sum())
    figures = {"long_run": long_run, "dispersion": dispersion, "degrees": float(len(pieces)), "lag_one": memory,
               "before": float(y[~post & kept].sum()), "after": seen,
               "expected": seen / math.exp(log_ratio)}  # fmt: skip
    return from_log("against comparison", log_ratio, error, "low-frequency cosines, t", len(pieces), level,
                    figures=figures)  # fmt: skip


def sides(
    treated: ArrayLike, comparison: ArrayLike, start: int, drop: tuple[int, int] | None = None,
    exposure: ArrayLike | None = None, comparison_exposure: ArrayLike | None = None,
) -> tuple[Side, Side]:  # fmt: skip
    """The two sides of the start, each fitted by itself.

    Raises:
        TooLittleData: as for ``share_ratio``.
    """
    y = counts(treated, "treated")
    total = y + counts(comparison, "comparison", len(y))
    relative = np.zeros(len(y))
    if exposure is not None and comparison_exposure is not None:
        relative = np.log(counts(exposure, "exposure", len(y)))
        relative = relative - np.log(counts(comparison_exposure, "comparison exposure", len(y)))
    kept = np.ones(len(y), dtype=bool)
    if drop:
        kept[drop[0] : drop[1]] = False
    post = np.arange(len(y)) >= start
    found = [_side(y[where], total[where], relative[where]) for where in (~post & kept, post & kept)]
    return found[0], found[1]


def drift(side: Side) -> float:
    """p-value that the treated share drifted within one side: its slope against the same low-frequency spread.

    The first cosine is nearly a slope, and carries the drift itself: it is left out of the error.

    Raises:
        NotConverged: the months do not vary at all.
    """
    length = len(side.residuals)
    time = np.arange(length, dtype=np.float64)
    time = (time - time.mean()) / math.sqrt(((time - time.mean()) ** 2).sum())
    slope = float(time @ side.residuals)
    basis = _basis(length, max(len(side.cosines), 3) + 1)[:, 1:]
    basis = basis - np.outer(time, time @ basis)  # what remains when a slope is taken out
    spread = float(((basis.T @ side.residuals) ** 2).sum() / (basis**2).sum())
    if spread <= 0:
        raise NotConverged("drift: months without any variation")
    return float(2 * stats.t.sf(abs(slope) / math.sqrt(spread), basis.shape[1]))


def _basis(length: int, count: int) -> Floats:
    """Cosines of half periods 1 to ``count``, orthonormal and orthogonal to a constant, a column each."""
    month = (np.arange(length) + 0.5) / length
    return np.asarray(math.sqrt(2 / length) * np.cos(np.pi * np.outer(month, np.arange(1, count + 1))))


def _recoloured(side: Side, memory: float) -> Floats:
    """Cosines raised to what they would be at frequency zero in a series with that memory (Andrews and Monahan 1992).

    The memory of residuals of short series is too small by about (1 + 3 r) / n (Kendall 1954), which is added back.
    """
    length = len(side.residuals)
    r = min(max(memory + (1 + 3 * memory) / length, 0.0), 0.9)
    frequency = np.pi * np.arange(1, len(side.cosines) + 1) / length
    return np.asarray(side.cosines * np.sqrt(1 - 2 * r * np.cos(frequency) + r**2) / (1 - r))


def _side(y: Floats, total: Floats, relative: Floats) -> Side:
    if len(y) < 12:
        raise TooLittleData("a side of fewer than 12 months: widen the window")
    if not 0 < y.sum() < total.sum():
        raise TooLittleData("a side on which treated or comparison units have no events: use the exact interval")
    log_odds = math.log(y.sum() / (total.sum() - y.sum())) - float(np.average(relative, weights=total))
    for _ in range(50):  # Newton on one number; one or two steps where exposure is even
        share = 1 / (1 + np.exp(-(log_odds + relative)))
        information = float((total * share * (1 - share)).sum())
        move = float((y - total * share).sum()) / information
        log_odds += move
        if abs(move) < 1e-12:
            break
    else:
        raise NotConverged("comparison: the share of the treated units was not found")
    spread = np.sqrt(np.where(total > 0, total * share * (1 - share), 1.0))
    residuals = (y - total * share) / spread
    cosines = _basis(len(y), len(y) // MONTHS_PER_COSINE).T @ residuals
    return Side(log_odds, information, residuals, cosines)
