"""Exact intervals of counts and rates, and control limits of a monthly series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import Any

from scipy import special, stats

#: Of each side: what three standard deviations leave out of a normal distribution.
TAIL = 0.00135
BASELINE_MONTHS = 12
#: Months in a row on one side of the centre: 2 x 0.5^8 = 0.8 percent by chance alone.
RUN = 8


def garwood(events: int, level: float = 0.95) -> tuple[float, float]:
    """Exact interval of the mean of a Poisson count (Garwood 1936)."""
    tail = (1 - level) / 2
    low = float(special.gammaincinv(events, tail)) if events else 0.0
    return low, float(special.gammaincinv(events + 1, 1 - tail))


@dataclass(frozen=True)
class Ratio:
    """Ratio of two Poisson counts of equal exposure with its exact conditional interval; ``high`` may be infinite."""

    value: float | None
    low: float
    high: float


def ratio(now: int, before: int, level: float = 0.95) -> Ratio | None:
    """``now`` over ``before``; given their sum, ``now`` is binomial (Clopper-Pearson). None when both are 0."""
    if not now + before:
        return None
    share = stats.binomtest(now, now + before).proportion_ci(level, method="exact")
    odds = [float(p / (1 - p)) if p < 1 else float("inf") for p in (share.low, share.high)]
    return Ratio(now / before if before else None, *odds)


@dataclass(frozen=True)
class Point:
    """One month of a control chart. Rates are per 100 people of the average daily population and month.

    ``alarm`` is above, below (outside the limits), run_above, run_below (RUN months in a row on one side) or "".
    """

    month: date
    events: int | None
    population: float | None
    rate: float | None
    low: float | None = None
    high: float | None = None
    centre: float | None = None
    lower: float | None = None
    upper: float | None = None
    alarm: str = ""
    note: str = ""


@dataclass(frozen=True)
class Control:
    """A control chart: its points, and the dispersion of the baseline (1 for Poisson; None without limits)."""

    points: list[Point]
    dispersion: float | None


def control(months: Sequence[Point]) -> Control:
    """Exact intervals of every rate, and limits from the first BASELINE_MONTHS months that have one.

    The limits are the 0.135 and 99.865 percent points of a Poisson count, or of a negative binomial one of the
    baseline's dispersion where that is above 1, for they hold for small counts too. Alarms go both ways, after the
    baseline only. With fewer months there are no limits.
    """
    rated = [p for p in months if p.rate is not None]
    base, watched = rated[:BASELINE_MONTHS], rated[BASELINE_MONTHS:]
    centre = _sum(base, "events") / _sum(base, "population") if base and watched else None
    spread = _dispersion(base, centre) if centre else None
    points: list[Point] = []
    for month in months:
        point = _with_interval(month)
        if point.rate is not None and centre and spread:
            point = _with_limits(point, centre, spread, watched=month in watched)
        points.append(point)
    return Control(_with_runs(points, {p.month for p in watched}) if spread else points, spread)


def _sum(points: Sequence[Point], name: str) -> float:
    return float(sum(getattr(p, name) for p in points))


def _dispersion(base: Sequence[Point], centre: float) -> float:
    """Pearson's chi square over its degrees of freedom, at least 1."""
    expected = [centre * float(p.population or 0) for p in base]
    chi = sum((float(p.events or 0) - mean) ** 2 / mean for p, mean in zip(base, expected, strict=True))
    return max(1.0, chi / (len(base) - 1))


def _with_interval(point: Point) -> Point:
    if point.rate is None or point.events is None or not point.population:
        return point
    low, high = garwood(point.events)
    return _changed(point, low=100 * low / point.population, high=100 * high / point.population)


def _with_limits(point: Point, centre: float, spread: float, watched: bool) -> Point:
    assert point.events is not None
    assert point.population is not None
    mean = centre * point.population
    tails = [TAIL, 1 - TAIL]
    if spread > 1:
        limits = stats.nbinom.ppf(tails, mean / (spread - 1), 1 / spread)  # variance: spread times the mean
    else:
        limits = stats.poisson.ppf(tails, mean)
    lower, upper = (float(limit) for limit in limits)
    alarm = "above" if point.events > upper else "below" if point.events < lower else ""
    per = 100 / point.population
    drawn = {"centre": 100 * centre, "lower": lower * per, "upper": upper * per}
    return _changed(point, **drawn, alarm=alarm if watched else "")


def _with_runs(points: list[Point], watched: set[date]) -> list[Point]:
    """Months that end RUN or more months in a row on one side of the centre, where no other alarm is."""
    sides: list[int] = []
    marked = []
    for point in points:
        if point.month in watched and point.rate is not None and point.centre is not None:
            sides.append((point.rate > point.centre) - (point.rate < point.centre))
            side = sides[-1]
            length = len(list(takewhile(lambda one: one == side, reversed(sides))))  # noqa: B023 - used at once
            if side and length >= RUN and not point.alarm:
                point = _changed(point, alarm="run_above" if side > 0 else "run_below")
        marked.append(point)
    return marked


def _changed(point: Point, **values: Any) -> Point:
    return Point(**{**point.__dict__, **values})
