"""Who is listed for which drug market and in which tier, from Rivermouth's books and the warehouse's links of arrests.

Texts are read as the simulator means them; nothing here knows the patterns or the SQL.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import h3
import pandas as pd

from settings import Settings
from simulator.places import RIVERMOUTH
from support.coarrest_truth import held
from support.dmi_truth import planted_markets
from warehouse import api
from warehouse.engine import engine_for

FEED = f"{RIVERMOUTH}/arrest"
SOLD = {"TRANSPORT/SELL CONTROLLED SUBSTANCE", "POSS CONTROLLED SUBSTANCE FOR SALE"}
VIOLENT = {"ROBBERY - SECOND DEGREE", "ASSAULT W/ DEADLY WEAPON, FIREARM", "MURDER"}
WEAPONS = {"CARRY CONCEALED FIREARM", "FELON IN POSSESSION OF FIREARM"}
#: Rule -> the texts that it is about, and its months.
RULES = {"sale_in_market": (SOLD, 12), "violent_charge": (VIOLENT, 60), "weapon_charge": (WEAPONS, 36)}


@dataclass(frozen=True)
class Arrested:
    """One arrest that counts: by whom, when, for what, and at which corner."""

    key: str
    incident: str | None
    person: str | None
    day: date
    texts: frozenset[str]
    corner: str | None

    @property
    def cell(self) -> str | None:
        """Nested as in dim_point: the corner says in which cell it lies."""
        return h3.cell_to_parent(self.corner, 9) if self.corner else None


def arrested(world: Path, people: Mapping[tuple[str, str], str]) -> list[Arrested]:
    """Current arrests that wait for no correction, with the charges that do not."""
    books = json.loads((world / "world" / "truth" / "current.json").read_text())[FEED]
    waiting = {kind: {tuple(key) for key in books[kind]["pending"]} for kind in books}
    charges = defaultdict(set)
    for charge in _rows(books["arrest_charge"]):
        if tuple(charge["key"]) not in waiting["arrest_charge"] and charge["source_offense"]:
            charges[charge["arrest_id"]].add(charge["source_offense"])
    found = []
    for row in _rows(books["arrest"]):
        key = "|".join(row["key"])
        if row["arrested_on"] is None or tuple(row["key"]) in waiting["arrest"]:
            continue
        found.append(Arrested(key, row["incident_id"], people.get((FEED, key)), date.fromisoformat(row["arrested_on"]),
                              frozenset(charges[row["arrest_id"]]), corner_of(row["latitude"], row["longitude"])))  # fmt: skip
    return found


def minors(world: Path, people: Mapping[tuple[str, str], str], feeds: Iterable[str]) -> set[str]:
    """Who was younger than 18 in any current record of an arrest, also in one that waits for a correction."""
    books = json.loads((world / "world" / "truth" / "current.json").read_text())
    return {
        people[feed, "|".join(row["key"])]
        for feed in feeds
        for row in _rows(books[feed]["arrest"])
        if row["arrestee_age"] is not None and int(row["arrestee_age"]) < 18 and (feed, "|".join(row["key"])) in people
    }


def expected(settings: Settings, world: Path, feeds: Iterable[str]) -> Counter[tuple[Any, ...]]:
    """Market, person, record, rule, tier, day, end, arrests for selling and records: one row of the mart each."""
    people = held(settings, "action")
    young = minors(world, people, feeds)
    by_person = defaultdict(list)
    for arrest in arrested(world, people):
        if arrest.person is not None and arrest.person not in young:
            by_person[arrest.person].append(arrest)
    of_cell = homes(world)
    found: Counter[tuple[Any, ...]] = Counter()
    for person, all_of_them in by_person.items():
        for market in {of_cell[a.cell] for a in all_of_them if a.cell in of_cell and a.texts & SOLD}:
            found.update(_of_market(person, market, of_cell, all_of_them))
    return found


def homes(world: Path) -> dict[str, str]:
    """The market of each cell of a planted market."""
    return {cell: market["id"] for market in planted_markets(world) for cell in market["drawings"][0]["cells"]}


def _of_market(
    person: str, market: str, of_cell: Mapping[str, str], arrests: Iterable[Arrested]
) -> list[tuple[Any, ...]]:
    reasons = [
        (arrest, rule, months)
        for arrest in arrests
        for rule, (texts, months) in RULES.items()
        if arrest.texts & texts and (rule != "sale_in_market" or of_cell.get(arrest.cell or "") == market)
    ]
    sales = sum(rule == "sale_in_market" for _, rule, _ in reasons)
    tier = "nonviolent" if sales == len(reasons) else "violent"
    records = len({arrest.key for arrest, *_ in reasons})
    return [
        (market, person, arrest.key, rule, tier, str(arrest.day),
         str((pd.Timestamp(arrest.day) + pd.DateOffset(months=months)).date()), sales, records)
        for arrest, rule, months in reasons
    ]  # fmt: skip


def told(settings: Settings) -> Counter[tuple[Any, ...]]:
    """The same of the publication, with the agency's own keys."""
    with engine_for(settings).session() as db:
        found = db.execute(
            "select market_id, person_key, source_key, rule_id, tier_code, evidence_on::varchar, expires_on::varchar, "
            "sale_arrests, source_records from marts.mart_dmi__dealer_tier join restricted.record_source as source "
            "using (feed_id, record_key, record_kind) where source.known_to is null"
        ).fetchall()
    rows = api.query(settings, "select count(*) from marts.mart_dmi__dealer_tier").rows
    assert rows[0][0] == len(found), "a row without a current record, or twice"
    return Counter(map(tuple, found))


def corner_of(latitude: float | None, longitude: float | None) -> str | None:
    """The H3 cell of resolution 10 of a point."""
    return None if latitude is None or longitude is None else str(h3.latlng_to_cell(latitude, longitude, 10))


def _rows(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [dict(zip(told["columns"], row, strict=True)) for row in told["rows"]]
