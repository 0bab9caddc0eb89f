"""Intervals and limits against published figures, slow sums and simulation; the nowcast against a known delay."""

from __future__ import annotations

from datetime import date, timedelta
from math import comb, exp, factorial

import numpy as np
import pytest

from reports.nowcast import nowcast
from reports.rates import BASELINE_MONTHS, RUN, TAIL, Point, control, garwood, ratio
from reports.wording import words


@pytest.mark.parametrize(("events", "low", "high"), [(0, 0.0, 3.689), (5, 1.623, 11.668), (10, 4.795, 18.390)])
def test_exact_intervals_are_the_published_ones(events: int, low: float, high: float) -> None:
    assert garwood(events) == pytest.approx((low, high), abs=5e-4)


def test_the_ratio_is_clopper_and_pearson() -> None:
    # the ends are the odds at which 7 or fewer (18 or more) of 25 have a chance of 2.5 percent
    found = ratio(7, 18)
    assert found is not None
    assert found.value == pytest.approx(7 / 18)
    chance = [sum(comb(25, k) * p**k * (1 - p) ** (25 - k) for k in range(8)) for p in [found.high / (1 + found.high)]]
    low = found.low / (1 + found.low)
    chance.append(sum(comb(25, k) * low**k * (1 - low) ** (25 - k) for k in range(7, 26)))
    assert chance == pytest.approx([0.025, 0.025], abs=1e-6)
    assert ratio(0, 0) is None
    one_sided = ratio(3, 0)
    assert one_sided is not None
    assert (one_sided.value, one_sided.high) == (None, float("inf"))


def month(number: int) -> date:
    return date(2022 + number // 12, number % 12 + 1, 1)


def points(events: list[int | None], population: float = 80.0) -> list[Point]:
    return [
        Point(month(n), count, population, None if count is None else 100 * count / population)
        for n, count in enumerate(events)
    ]


def poisson_tail(count: int, mean: float) -> float:
    """The chance of ``count`` or more."""
    return 1 - sum(exp(-mean) * mean**k / factorial(k) for k in range(count))


def test_a_month_out_of_line_is_an_alarm_both_ways_and_in_the_baseline_never() -> None:
    even = [8, 8, 9, 7, 8, 8, 7, 9, 8, 8, 8, 8]
    found = control(points([*even, 8, 30, 8, 0]))
    assert found.dispersion == 1.0
    assert [p.alarm for p in found.points[12:]] == ["", "above", "", "below"]
    limit = round((found.points[13].upper or 0) * 0.8)
    assert poisson_tail(limit + 1, 8) <= TAIL < poisson_tail(limit, 8)
    # the same months in the baseline make it wide, and are no alarm
    wide = control(points([*even[:10], 30, 0, 8, 8]))
    assert wide.dispersion is not None
    assert wide.dispersion > 5
    assert not any(p.alarm for p in wide.points)


def test_a_run_on_one_side_is_an_alarm_also_where_the_lower_limit_is_zero() -> None:
    found = control(points([1, 2, 1, 1, 2, 1, 1, 2, 1, 1, 2, 1, *[0] * 9, 3]))
    assert {p.lower for p in found.points} == {0.0}
    assert [p.alarm for p in found.points[12:]] == [""] * (RUN - 1) + ["run_below"] * 2 + [""]


def test_without_enough_months_there_are_no_limits_and_a_gap_is_no_zero() -> None:
    short = control(points([3] * BASELINE_MONTHS))
    assert short.dispersion is None
    assert {p.upper for p in short.points} == {None}
    gap = control(points([3] * 12 + [None, 3]))
    assert gap.points[12].rate is None
    assert gap.points[12].low is None
    assert gap.points[12].alarm == ""


def test_false_alarms_are_as_rare_as_said() -> None:
    chance = np.random.default_rng(7)
    alarms = [
        sum(p.alarm in ("above", "below") for p in control(points([int(n) for n in chance.poisson(9, 36)])).points[12:])
        for _ in range(100)
    ]
    # 100 x 24 months; the limits are estimated from twelve months, so that some more come than 0.27 percent
    assert sum(alarms) / (100 * 24) < 0.012


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
