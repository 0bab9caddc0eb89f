"""Random change sets of arrests and charges that move: between arrests, events, months and areas, and in time."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from support.warehouse_world import ARRESTS, ChangeSet, World

#: A second feed of the same place that tells of the same arrests.
JAIL = "us_aa_first/jail"
RECORDS = {
    ARRESTS: [("arrest", f"a{n}") for n in range(6)] + [("arrest_charge", f"d{n}") for n in range(7)],
    JAIL: [("arrest", f"j{n}") for n in range(3)],
}
ARRESTS_NAMED = ("k0", "k1", "k2", "k3", None)
EVENTS = ("i0", "i0", "i1", "i1", None)
DAYS = (date(2023, 11, 30), date(2023, 12, 1), date(2023, 12, 31), date(2021, 12, 31), date(2018, 12, 31), None)
OFFENSES = ("ROBBERY", "MURDER", "Trespass", "CRIM POSS WEAP-2", "no such words", None)
ENDS = ("Convicted", "Dismissed", "Pending", None)
INTENTS = ("change", "change", "change", "revert", "delete", "mark", "clear")

Change = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """What a delivery wants of a record; the state at its place in time says what that comes to."""

    kind: str
    key: str
    intent: str
    content: Change


def content(kind: str, chance: random.Random) -> Change:
    """A random state of an arrest or a charge."""
    named = chance.choice(ARRESTS_NAMED)
    if kind == "arrest_charge":
        words = {"source_offense": chance.choice(OFFENSES), "disposition": chance.choice(ENDS)}
        return {"arrest_key": named or "k0", "arrest_id": "7", "charge_number": 1, **words}
    return {
        "arrest_key": named, "arrest_id": named or "", "incident_key": chance.choice(EVENTS),
        "arrested_on": chance.choice(DAYS), "area_id": chance.choice(["North", "South", None]),
        "arrestee_race": chance.choice(["W", "B", None]),
    }  # fmt: skip


@dataclass
class Story:
    """The deliveries of both feeds; what comes late or is taken back derives everything after it anew."""

    world: World
    chance: random.Random
    made: dict[str, list[tuple[float, list[Wanted], ChangeSet]]] = field(default_factory=lambda: defaultdict(list))
    seen: set[str] = field(default_factory=set)

    def begin(self) -> None:
        """A first delivery of each feed with all records, which is never taken back."""
        for feed_id, records in RECORDS.items():
            wants = [Wanted(kind, key, "change", content(kind, self.chance)) for kind, key in records]
            self.made[feed_id].append((5.0, wants, self.world.deliver(feed_id, 5.0, self._changes(feed_id, wants))))

    def in_copy(self, world: World, chance: random.Random) -> Story:
        """The same story, to go on otherwise in a copy of the world."""
        made = defaultdict(list, {feed_id: list(history) for feed_id, history in self.made.items()})
        return Story(world, chance, made)

    def take(self) -> None:
        """One more delivery, or one that is taken back."""
        feed_id = self.chance.choice([ARRESTS, ARRESTS, ARRESTS, JAIL])
        history = self.made[feed_id]
        place = max(len(history) - self.chance.choice([0, 0, 1, 2]), 1)
        later = history[place:]
        del history[place:]
        self.world.withdraw([change_set for _, _, change_set in later])
        before = history[-1][0]
        again = [(day, wants) for day, wants, _ in later]
        if later and self.chance.random() < 0.3:
            self.seen.add("withdrawn")
            again = again[1:]
        else:
            self.seen |= {"out of order"} if later else set()
            # sometimes at the very instant of the one before, whose version then lasted no time
            day = before if self.chance.random() < 0.2 else (before + (later[0][0] if later else before + 2)) / 2
            again = [(day, self._wants(feed_id)), *again]
        for day, wants in again:
            changes = self._changes(feed_id, wants)
            history.append((day, wants, self.world.deliver(feed_id, day, changes, 1 + len(later))))

    def _wants(self, feed_id: str) -> list[Wanted]:
        chosen = self.chance.sample(RECORDS[feed_id], self.chance.randint(2, len(RECORDS[feed_id])))
        return [Wanted(k, key, self.chance.choice(INTENTS), content(k, self.chance)) for k, key in sorted(chosen)]

    def _changes(self, feed_id: str, wants: list[Wanted]) -> dict[str, list[Change]]:
        state = states([change_set for _, _, change_set in self.made[feed_id]])
        changes: dict[str, list[Change]] = {"arrest": []} if feed_id == JAIL else {"arrest": [], "arrest_charge": []}
        for want in wants:
            past, stands = state.get((want.kind, want.key), ([], False))
            if want.intent in ("delete", "mark", "clear"):
                if stands:
                    self.seen.add(want.intent)
                    changes[want.kind].append({"op": want.intent, "record_key": want.key})
                continue
            told = want.content
            if want.intent == "revert" and len(past) > 1:
                self.seen.add("revert")
                told = past[-2]
            self.seen |= {"correction of a correction"} if stands and len(past) > 1 else set()
            changes[want.kind].append({"op": "update" if stands else "insert", "record_key": want.key, **told})
        return changes


def states(change_sets: list[ChangeSet]) -> dict[tuple[str, str], tuple[list[Change], bool]]:
    """Of every record what was said of it, oldest first, and whether it stands now."""
    found: dict[tuple[str, str], tuple[list[Change], bool]] = {}
    for change_set in sorted(change_sets, key=lambda one: (one.known_at, one.load_seq)):
        for kind, changes in change_set.truth.items():
            for change in changes:
                if change["op"] in ("mark", "clear"):
                    continue
                past, _ = found.get((kind, change["record_key"]), ([], False))
                is_there = change["op"] != "delete"
                told = {name: value for name, value in change.items() if name not in ("op", "record_key")}
                found[kind, change["record_key"]] = ([*past, told] if is_there else past, is_there)
    return found


def arrests_by_month(active: list[ChangeSet]) -> dict[date | None, tuple[int, int]]:
    """By month the current arrest records, and the charges of the arrests that they tell of, each once."""
    current: dict[str, dict[str, Change]] = {"arrest": {}, "arrest_charge": {}}
    for feed_id in RECORDS:
        for (kind, key), (past, stands) in states([c for c in active if c.feed_id == feed_id]).items():
            if stands:
                current[kind][key] = past[-1]
    charged = defaultdict(set)
    for key, charge in current["arrest_charge"].items():
        charged[charge["arrest_key"]].add(key)
    arrests, charges = defaultdict(set), defaultdict(set)
    for key, arrest in current["arrest"].items():
        month = arrest["arrested_on"].replace(day=1) if arrest["arrested_on"] else None
        arrests[month].add(key)
        charges[month] |= charged.get(arrest["arrest_key"], set())
    return {month: (len(keys), len(charges[month])) for month, keys in arrests.items()}
