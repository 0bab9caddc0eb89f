"""Limits against slow sums; the nowcast against a known delay."""

from __future__ import annotations

from datetime import date, timedelta
from math import exp, fsum, lgamma, log

import numpy as np
import pytest

from reports.nowcast import nowcast
from reports.rates import TAIL, limits, point
from reports.wording import words


@pytest.mark.parametrize("expected", [0.4, 6.6, 6.7, 8.0, 99.5, 640.0])
def test_limits_are_the_counts_beyond_which_chance_is_too_rare(expected: float) -> None:
    least, largest = limits(expected)
    assert more_than(largest, expected) <= TAIL < more_than(largest - 1, expected)
    assert 1 - more_than(least, expected) >= TAIL
    assert least == 0 or 1 - more_than(least - 1, expected) < TAIL
    # as the unit test of the mart has it: nothing, where 6.6 are expected, is within, and where 6.7 are, a fall
    assert (limits(6.6)[0], limits(6.7)[0]) == (0, 1)


def more_than(count: int, mean: float) -> float:
    """The chance of more than ``count``, added up in the plainest way."""
    return 1 - fsum(exp(-mean + n * log(mean) - lgamma(n + 1)) for n in range(count + 1))


ROW = {
    "month": date(2024, 5, 1), "events": 30, "adp": 80.0, "per_100_adp_monthly": 37.5, "low_per_100_adp_monthly": 25.3,
    "high_per_100_adp_monthly": 53.5, "expected_incidents": 8.0, "limit_alarm": "rise", "change_alarm": "none",
}  # fmt: skip


def test_a_month_is_drawn_as_the_mart_judges_it() -> None:
    judged = point(ROW, "")
    assert (judged.alarms, judged.centre, judged.upper) == (("limit_rise",), 10.0, 100 * limits(8.0)[1] / 80)
    both = point({**ROW, "change_alarm": "fall"}, "")
    assert both.alarms == ("limit_rise", "change_fall")
    new = point({**ROW, "expected_incidents": None, "limit_alarm": None, "change_alarm": None}, "")
    assert (new.rate, new.centre, new.upper, new.alarms) == (37.5, None, None, ())
    uncounted = point({**ROW, "adp": None, "per_100_adp_monthly": None, "limit_alarm": None}, "no census")
    assert (uncounted.rate, uncounted.lower, uncounted.alarms, uncounted.note) == (None, None, (), "no census")


def test_the_nowcast_finds_what_is_still_to_come() -> None:
    chance = np.random.default_rng(3)
    monday, known = date(2024, 1, 1), date(2024, 12, 30)
    lags = np.array([0.5, 0.3, 0.1, 0.1])  # weeks 0 to 3
    truth: dict[date, int] = {}
    cells: dict[tuple[date, int], int] = {}
    for number in range((known - monday).days):
        day = monday + timedelta(days=number)
        week = day - timedelta(days=day.weekday())
        for _ in range(chance.poisson(4)):
            lag = int(chance.choice(4, p=lags))
            told = day + timedelta(days=7 * lag + int(chance.integers(0, 7)))
            truth[week] = truth.get(week, 0) + 1
            if told <= known:
                cells[week, lag] = cells.get((week, lag), 0) + 1
    triangle = [{"week": w, "lag_weeks": lag, "victims": n} for (w, lag), n in cells.items()]
    found = nowcast(triangle, known)
    assert found is not None
    assert found.known[:4] == pytest.approx(np.cumsum(lags), abs=0.05)
    judged = [week for week in found.weeks if week.expected is not None and week.week in truth]
    assert len(judged) >= 14
    inside = [w.low <= truth[w.week] <= w.high for w in judged if w.low is not None and w.high is not None]
    assert sum(inside) >= len(judged) - 1
    assert sum(w.expected or 0 for w in judged) == pytest.approx(sum(truth[w.week] for w in judged), rel=0.06)
    assert found.weeks[-1].expected is None  # the week that has just begun
    assert nowcast(triangle[:3], known) is None


def test_numbers_are_written_as_in_each_language() -> None:
    english, spanish = words("en"), words("es")
    assert (english.number(1234.5, 1), spanish.number(1234.5, 1)) == ("1,234.5", "1\u00a0234,5")
    assert (english.change(0.5), spanish.change(1.2)) == ("−50%", "+20\u00a0%")
    assert spanish.note("The census covers 10 of 31 days; below 80 percent no rate is given.").startswith(
        "El censo cubre 10"
    )
    assert _keys(english.texts) - {"notes"} == _keys(spanish.texts) - {"notes"}


def _keys(texts: dict[str, object], prefix: str = "") -> set[str]:
    found = set()
    for key, value in texts.items():
        if key != "notes":
            found |= _keys(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}"}
    return found
