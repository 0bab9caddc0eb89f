"""How many victims of the last weeks are still to be told, from how late those of earlier weeks were.

The chain ladder on the reporting triangle: of the victims known within j weeks, the share that was told in week j
exactly, over the weeks old enough to show it; the product of what these shares leave is the share known by a lag.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from scipy import stats

#: Fewer victims or weeks with a lag that can be seen make no estimate.
LEAST_VICTIMS, LEAST_WEEKS = 20, 8


@dataclass(frozen=True)
class Week:
    """One week: victims told so far, and the total expected with its 95 percent interval (None: too recent)."""

    week: date
    told: int
    expected: float | None
    low: int | None
    high: int | None


@dataclass(frozen=True)
class Nowcast:
    """``known[j]``: the share of a week's victims that is known j whole weeks after the day, and the last weeks."""

    known: list[float]
    weeks: list[Week]


def nowcast(triangle: Sequence[Mapping[str, Any]], known_on: date, weeks: int = 16) -> Nowcast | None:
    """From rows of ``mart_gvi__shooting_reporting`` (one feed) to what is expected; None where too little is known."""
    counts: dict[date, dict[int, int]] = {}
    for row in triangle:
        counts.setdefault(row["week"], {})[row["lag_weeks"]] = int(row["victims"])
    seen = {week: _seen(week, known_on) for week in counts}
    old = [week for week in counts if seen[week] >= 0]
    if len(old) < LEAST_WEEKS or sum(sum(counts[week].values()) for week in old) < LEAST_VICTIMS:
        return None
    known = _known(counts, seen, max(seen.values()))
    last = known_on - timedelta(days=known_on.weekday())
    first = min(counts)
    shown = [last - timedelta(weeks=n) for n in reversed(range(weeks)) if last - timedelta(weeks=n) >= first]
    return Nowcast(known, [_week(week, counts.get(week, {}), _seen(week, known_on), known) for week in shown])


def _seen(week: date, known_on: date) -> int:
    """The longest lag that every day of a week has reached, in whole weeks; negative when none."""
    return ((known_on - week).days - 12) // 7


def _known(counts: Mapping[date, Mapping[int, int]], seen: Mapping[date, int], longest: int) -> list[float]:
    known = [1.0]
    for lag in range(longest, 0, -1):
        weeks = [week for week in counts if seen[week] >= lag]
        late = sum(counts[week].get(lag, 0) for week in weeks)
        everyone = sum(n for week in weeks for told, n in counts[week].items() if told <= lag)
        known.append(known[-1] * (1 - late / everyone if everyone else 1.0))
    return known[::-1]


def _week(week: date, told: Mapping[int, int], seen: int, known: Sequence[float]) -> Week:
    """What is missing is negative binomial: failures before as many successes as were told, with half a one more."""
    total = sum(told.values())
    if seen < 0:
        return Week(week, total, None, None, None)
    share = known[min(seen, len(known) - 1)]
    by_then = sum(n for lag, n in told.items() if lag <= seen)
    low, high = (by_then + int(stats.nbinom.ppf(q, by_then + 0.5, share)) for q in (0.025, 0.975))
    return Week(week, total, max(total, by_then / share), max(total, low), max(total, high))
