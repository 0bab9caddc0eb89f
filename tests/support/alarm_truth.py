"""Rates of person-time and alarms of prison violence, computed with scipy from the slowly counted rates."""

from __future__ import annotations

import math
from datetime import date
from functools import cache
from typing import Any

from scipy.stats import chi2, norm, poisson

from support.custody_truth import rates, spoken_days
from support.custody_world import Place

JUDGED = ("all", "assault_on_staff", "multi_person_fight", "assault_with_weapon")
MEASURES = ("incidents", "participants", "victims")


@cache
def limits(events: int) -> tuple[float, float]:
    """Garwood's 95 percent limits of a mean."""
    return (chi2.ppf(0.025, 2 * events) / 2 if events else 0.0), chi2.ppf(0.975, 2 * events + 2) / 2


def person_time(place: Place) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """(level, facility, unit, month, class, measure) -> events, days at risk, rate per 100 ADP and person-years with limits."""
    spoken, found = spoken_days(place), {}
    for key, (*counts, adp, _, one, two, three) in rates(place).items():
        at_risk = None if adp is None else math.floor(adp * spoken.get(key[3], 0) + 0.5)
        for measure, events, rate in zip(MEASURES, counts, (one, two, three), strict=True):
            told: tuple[Any, ...] = (None,) * 6
            if rate is not None:
                low, high = limits(events)
                told = tuple(n * base for base in (100 / adp, 36525 / at_risk) for n in (events, low, high))
            found[(*key, measure)] = (events, at_risk, *told)
    return found


def alarms(place: Place) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """(level, facility, unit, month, class) -> incidents, expected incidents, limit alarm, change alarm."""
    told = {key[:5]: row for key, row in person_time(place).items() if key[4] in JUDGED and key[5] == "incidents"}
    return {key: _judged(told, key) for key in told}


def _judged(told: dict[tuple[Any, ...], tuple[Any, ...]], key: tuple[Any, ...]) -> tuple[Any, ...]:
    events, at_risk, *rest = told[key]
    baseline, recent = (_usual(told, key, months) for months in (12, 6))
    expected = at_risk * baseline[1] / baseline[2] if at_risk is not None and baseline[0] >= 6 else None
    by_limit = by_change = None
    if rest[3] is not None and expected is not None:
        tail = norm.sf(3)
        rises, falls = poisson.sf(events - 1, expected) < tail, poisson.cdf(events, expected) < tail
        by_limit = "rise" if rises else "fall" if falls else "none"
    if rest[3] is not None and recent[0] >= 3:
        low, high = (n * 36525 / recent[2] for n in limits(recent[1]))
        by_change = "rise" if rest[4] > high else "fall" if rest[5] < low else "none"
    return events, expected, by_limit, by_change


def _usual(told: dict[tuple[Any, ...], tuple[Any, ...]], key: tuple[Any, ...], months: int) -> tuple[int, int, int]:
    """Months with a rate among those before, their incidents and days at risk."""
    rows = [told.get((*key[:3], earlier(key[3], back), key[4])) for back in range(1, months + 1)]
    rated = [row for row in rows if row is not None and row[2] is not None]
    return len(rated), sum(row[0] for row in rated), sum(row[1] for row in rated)


def earlier(month: date, back: int) -> date:
    """The first of the month so many months before."""
    number = month.year * 12 + month.month - 1 - back
    return date(number // 12, number % 12 + 1, 1)
