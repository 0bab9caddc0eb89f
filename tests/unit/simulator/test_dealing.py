"""Sales of drugs in the simulated arrests: the same arrests, some of them said to be sales and made at markets."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from simulator.calls import make_calls
from simulator.dealing import deal
from simulator.events import make_history
from simulator.places import RIVERMOUTH
from simulator.population import make_population

START, END = date(2025, 1, 1), date(2026, 1, 1)
POPULATION = make_population(5, 3000, START)
HISTORY = make_history(5, POPULATION, START, END)
MARKETS = make_calls(5, RIVERMOUTH, POPULATION, HISTORY, START, END).markets
BEFORE = HISTORY.arrests[RIVERMOUTH]
AFTER = deal(5, RIVERMOUTH, BEFORE, MARKETS)
SALES = [a for a in AFTER if any(charge[1] in ("11351 HS", "11352 HS") for charge in a.charges)]


def test_nobody_is_arrested_more_or_less_and_drugs_stay_drugs() -> None:
    assert [(a.at, a.occasion, a.person, a.area, len(a.charges)) for a in AFTER] == [
        (a.at, a.occasion, a.person, a.area, len(a.charges)) for a in BEFORE
    ]
    assert deal(5, RIVERMOUTH, BEFORE, MARKETS) == AFTER
    had = Counter(any("CONTROLLED SUBSTANCE" in charge[0] for charge in a.charges) for a in BEFORE)
    still = Counter(any("CONTROLLED SUBSTANCE" in charge[0] for charge in a.charges) for a in AFTER)
    assert had[True] <= still[True] <= 1.3 * had[True]
    assert len(SALES) == pytest.approx(still[True] / 2, rel=0.35)


def test_whoever_is_there_sold_and_most_sales_of_a_district_with_a_market_are_made_at_it() -> None:
    occasions = {a.occasion for a in SALES}
    assert all(a in SALES for a in AFTER if a.occasion in occasions)
    assert not any(a.shooting for a in SALES)
    moved = {a.occasion: (a.latitude, a.longitude) for a in BEFORE}
    at = [a for a in SALES if (a.latitude, a.longitude) != moved[a.occasion]]
    for arrest in at:
        near = [
            m
            for m in MARKETS
            if abs(m.latitude - arrest.latitude) < 0.004 and abs(m.longitude - arrest.longitude) < 0.004
        ]
        assert any(m.since <= arrest.at.date() < m.until for m in near), arrest
    assert 0.3 < len(at) / len(SALES) < 0.7, "one district of four has no market"
