"""Networks of selling outside of markets, from Rivermouth's books with igraph; nothing here knows the marts' SQL."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import igraph
import pandas as pd

from settings import Settings
from simulator.agencies.calls import ENDS, TYPES
from support import coarrest_truth, dealer_truth, dmi_truth
from warehouse import api

#: The numbers of the seed, as its page states them.
LARGEST, CALL_DAYS, LEAST = 10, 14, 3
COLUMNS = ("people", "ties_by_arrest", "ties_by_call", "arrests", "first_on", "last_on", "cells", "arrests_without_place",
           "calls_near")  # fmt: skip
Pair = tuple[str, str]


def told(settings: Settings, window: str) -> Counter[tuple[Any, ...]]:
    """The networks of the mart in one period."""
    sql = f"select {', '.join(COLUMNS)} from marts.mart_dmi__covert_market where window_code = '{window}'"
    return Counter(map(tuple, api.query(settings, sql).rows))


def expected(settings: Settings, world: Path, feeds: Iterable[str]) -> Counter[tuple[Any, ...]]:
    """The same of the books, in a world that is younger than any period."""
    people = coarrest_truth.held(settings, "action")
    young, markets = dealer_truth.minors(world, people, feeds), dealer_truth.homes(world)
    sales = [
        arrest
        for arrest in dealer_truth.arrested(world, people)
        if arrest.texts & dealer_truth.SOLD and arrest.cell not in markets and arrest.person not in {None, *young}
    ]
    near = {sale.key: _near(sale, _calls(world)) for sale in sales}
    by_arrest, by_call = _by_arrest(world, people, sales), _by_call(sales, near)
    graph = igraph.Graph.TupleList([*by_arrest | by_call])
    found: Counter[tuple[Any, ...]] = Counter()
    for part in graph.connected_components():
        members = {graph.vs[number]["name"] for number in part}
        own = [sale for sale in sales if sale.person in members]
        if len(members) >= LEAST:
            found[
                len(members), sum(pair[0] in members for pair in by_arrest), sum(pair[0] in members for pair in by_call),
                len(own), min(sale.day for sale in own), max(sale.day for sale in own),
                len({sale.cell for sale in own} - {None}), sum(sale.cell is None for sale in own),
                len(set().union(*(near[sale.key] for sale in own))),
            ] += 1  # fmt: skip
    return found


def _calls(world: Path) -> list[tuple[str, date, str]]:
    """Calls about drugs that somebody made and that count, each with its day and corner."""
    about = {text: kind for kind, texts in TYPES.items() for text in texts}
    calls = dmi_truth.current(world, "calls", "call_for_service")
    return [
        ("|".join(call.key), pd.Timestamp(call.received_at).date(), corner)
        for call in calls.itertuples()
        if about[call.call_type] == "drug"
        and call.is_officer_initiated is not True
        and call.disposition not in (ENDS["duplicate"], ENDS["cancelled"])
        and not pd.isna(call.latitude)
        and (corner := dealer_truth.corner_of(call.latitude, call.longitude))
    ]


def _near(sale: dealer_truth.Arrested, calls: Iterable[tuple[str, date, str]]) -> set[str]:
    return {key for key, day, corner in calls if corner == sale.corner and abs((day - sale.day).days) <= CALL_DAYS}


def _by_arrest(world: Path, people: dict[tuple[str, str], str], sales: Iterable[dealer_truth.Arrested]) -> set[Pair]:
    there = defaultdict(set)
    for arrest in coarrest_truth.arrests(world / "world", [dealer_truth.FEED]):
        there[arrest.incident].add(people.get((arrest.feed_id, arrest.key), arrest.key))
    together = defaultdict(set)
    for sale in sales:
        if sale.incident is not None and len(there[sale.incident]) <= LARGEST:
            together[sale.incident].add(str(sale.person))
    return {pair for sellers in together.values() for pair in combinations(sorted(sellers), 2)}


def _by_call(sales: Iterable[dealer_truth.Arrested], near: dict[str, set[str]]) -> set[Pair]:
    at = defaultdict(set)
    for sale in sales:
        for call in near[sale.key]:
            at[call].add(str(sale.person))
    return {pair for sellers in at.values() for pair in combinations(sorted(sellers), 2)}
