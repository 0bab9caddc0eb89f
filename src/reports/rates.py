"""A monthly series of incidents as the alarm mart judges it, ready to be drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from scipy import stats

#: Of each side: what three standard deviations leave out of a normal distribution.
TAIL = float(stats.norm.sf(3))


@dataclass(frozen=True)
class Point:
    """One month of one place; rates are per 100 people of the average daily population and month.

    ``centre``, ``lower`` and ``upper`` are the rates of what was usual before and of the counts between which
    ``mart_pvi__alarm`` gives no limit alarm. ``alarms`` are limit_rise, limit_fall, change_rise, change_fall.
    """

    month: date
    events: int | None = None
    population: float | None = None
    rate: float | None = None
    low: float | None = None
    high: float | None = None
    centre: float | None = None
    lower: float | None = None
    upper: float | None = None
    alarms: tuple[str, ...] = ()
    note: str = ""


def limits(expected: float) -> tuple[int, int]:
    """The least and the largest count that is no limit alarm where so many are expected (exact, three sigma)."""
    return int(stats.poisson.ppf(TAIL, expected)), int(stats.poisson.ppf(1 - TAIL, expected))


def point(row: Mapping[str, Any], note: str) -> Point:
    """A month as ``mart_pvi__person_time`` and ``mart_pvi__alarm`` tell it."""
    rate, expected, population = row["per_100_adp_monthly"], row["expected_incidents"], row["adp"]
    drawn: dict[str, float] = {}
    if rate is not None and expected is not None:
        per = 100 / population
        lower, upper = limits(expected)
        drawn = {"centre": expected * per, "lower": lower * per, "upper": upper * per}
    alarms = tuple(f"{kind}_{row[f'{kind}_alarm']}" for kind in ("limit", "change") if is_alarm(row[f"{kind}_alarm"]))
    return Point(
        row["month"], row["events"], population, rate, row["low_per_100_adp_monthly"], row["high_per_100_adp_monthly"],
        **drawn, alarms=alarms, note=note,
    )  # fmt: skip


def is_alarm(judged: str | None) -> bool:
    """Whether a judgement of the mart is an alarm, of either direction."""
    return judged not in (None, "none")
