"""Ties of people arrested together, by slow reading of the simulator's books; nothing here knows the mart's SQL."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd

from settings import Settings
from support.candidate_truth import WORDS, known_on
from warehouse import api
from warehouse.engine import engine_for

#: Window -> months, and the numbers of the seed as its page states them.
WINDOWS = {"12_months": 12, "36_months": 36, "60_months": 60}
LARGEST, HALF_LIFE = 10, 730
COLUMNS = ("jurisdiction_id", "person_key", "other_person_key", "window_code", "known_on", "events", "first_on",
           "last_on", "expires_on", "strength", "weight")  # fmt: skip


@dataclass(frozen=True)
class Arrest:
    """One arrest as it truly was recorded."""

    feed_id: str
    key: str
    incident: str | None
    day: date | None
    is_pending: bool
    charges: tuple[str | None, ...]
    """What was accepted last of what became of each charge."""
    sure: tuple[str | None, ...]
    """Of those charges of which nothing waits for a correction."""

    @property
    def place(self) -> str:
        """The jurisdiction."""
        return self.feed_id.partition("/")[0]

    @property
    def counts(self) -> bool:
        """Whether it can tie anybody."""
        stands = not self.charges or any(_read(words)[0] for words in self.charges)
        return self.day is not None and not self.is_pending and stands

    @property
    def is_found(self) -> bool:
        """Whether a court convicted."""
        return any(_read(words)[1] for words in self.sure)


def arrests(world: Path, feeds: Iterable[str]) -> list[Arrest]:
    """Every current arrest of the feeds."""
    books = json.loads((world / "truth" / "current.json").read_text())
    found = []
    for feed_id in feeds:
        kinds = books[feed_id]
        waiting = {kind: {tuple(key) for key in kinds[kind]["pending"]} for kind in ("arrest", "arrest_charge")}
        charges, sure = defaultdict(list), defaultdict(list)
        for charge in _rows(kinds["arrest_charge"]):
            charges[charge["arrest_id"]].append(charge.get("disposition"))
            if tuple(charge["key"]) not in waiting["arrest_charge"]:
                sure[charge["arrest_id"]].append(charge.get("disposition"))
        for row in _rows(kinds["arrest"]):
            day = date.fromisoformat(row["arrested_on"]) if row["arrested_on"] else None
            is_pending = tuple(row["key"]) in waiting["arrest"]
            found.append(Arrest(feed_id, "|".join(row["key"]), row["incident_id"], day, is_pending,
                                tuple(charges[row["arrest_id"]]), tuple(sure[row["arrest_id"]])))  # fmt: skip
    return found


def held(settings: Settings, grade: str) -> dict[tuple[str, str], str]:
    """The person of each arrest, by feed and the agency's own key, as the links of the warehouse have it."""
    with engine_for(settings).session() as db:
        rows = db.execute(
            "select distinct source.feed_id, source.source_key, member.person_key from restricted.record_source as source "
            "join core.fct_arrest as arrest on arrest.record_key = source.record_key "
            "join core.person_membership as member on member.mention_key = arrest.mention_key "
            f"where member.grade = '{grade}' and member.known_to is null and source.record_kind = 'arrest'"
        ).fetchall()
    return {(feed, key): person for feed, key, person in rows}


def ties(
    recorded: Iterable[Arrest], people: Mapping[tuple[str, str], str], days: Mapping[str, date]
) -> dict[tuple[str, str, str, str], tuple[Any, ...]]:
    """By place, pair and window: what the mart has to say of it."""
    events = defaultdict(list)
    for arrest in recorded:
        if arrest.incident is not None:
            events[arrest.place, arrest.incident].append(arrest)
    together = defaultdict(list)
    for (place, _), at in events.items():
        if len({people.get((a.feed_id, a.key), a) for a in at}) > LARGEST:
            continue
        known = defaultdict(list)
        for arrest in at:
            if arrest.counts and (arrest.feed_id, arrest.key) in people:
                known[people[arrest.feed_id, arrest.key]].append(arrest)
        for one, other in combinations(sorted(known), 2):
            day = max(min(a.day for a in known[key] if a.day) for key in (one, other))
            is_found = all(any(a.is_found for a in known[key]) for key in (one, other))
            together[place, one, other].append((day, is_found))
    found = {}
    for (place, one, other), all_of_them in together.items():
        today = pd.Timestamp(days[place])
        for window, months in WINDOWS.items():
            until = {day: pd.Timestamp(day) + pd.DateOffset(months=months) for day, _ in all_of_them}
            own = [(day, sure) for day, sure in all_of_them if pd.Timestamp(day) <= today < until[day]]
            if own:
                dates = [day for day, _ in own]
                weight = sum(0.5 ** ((days[place] - day).days / HALF_LIFE) for day in dates)
                strength = "recorded" if any(sure for _, sure in own) else "weak"
                found[place, one, other, window] = (
                    days[place], len(own), min(dates), max(dates), until[max(dates)].date(), strength, weight,
                )  # fmt: skip
    return found


def expected(settings: Settings, world: Path, feeds: Iterable[str], grade: str) -> dict[Any, tuple[Any, ...]]:
    """The ties at a grade of linkage."""
    of_feed = known_on(settings, "feed_id")
    days = {feed_id.partition("/")[0]: of_feed[feed_id] for feed_id in feeds}
    return ties(arrests(world, feeds), held(settings, grade), days)


def told(settings: Settings, mart: str) -> dict[Any, tuple[Any, ...]]:
    """The ties as the mart has them."""
    rows = api.query(settings, f"select {', '.join(COLUMNS)} from marts.{mart}").rows
    found = {tuple(row[:4]): tuple(row[4:]) for row in rows}
    assert len(found) == len(rows), "a tie stands twice"
    return found


def true_people(world: Path) -> dict[tuple[str, str], str]:
    """The person of each arrest as it truly is."""
    people = pd.read_csv(world / "truth" / "mentions.csv", dtype=str).query("kind == 'arrest'")
    return {(row.feed_id, row.source_key): row.person_id for row in people.itertuples()}


def _rows(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [dict(zip(told["columns"], row, strict=True)) for row in told["rows"]]


def _read(disposition: str | None) -> tuple[bool, bool]:
    return WORDS[disposition.split()[0]] if disposition else (True, False)
