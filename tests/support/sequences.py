"""Random sequences of deliveries: intents, which the state at their place in time turns into changes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from support.warehouse_truth import fold
from support.warehouse_world import ARRESTS, SHOOTINGS, VICTIMS_ONLY, ChangeSet, World, shooting

#: Record kind that each feed delivers here, and the column that changes.
KINDS = {
    SHOOTINGS: ("shooting_victim", "wound"),
    VICTIMS_ONLY: ("shooting_victim", "wound"),
    ARRESTS: ("arrest_charge", "source_offense"),
}
TEXTS = ("ROBBERY", "MURDER", "Zoning")
INTENTS = ("correct", "correct", "revert", "delete", "mark", "clear")


@dataclass(frozen=True)
class Step:
    """One delivery: of which feed, how far back in its history (0: the newest), and what it wants of which record.

    With ``withdraw`` the delivery that stands there is taken back instead.
    """

    feed_id: str
    back: int = 0
    withdraw: bool = False
    wants: tuple[tuple[int, str, str], ...] = ()


def drawn(seed: int, count: int) -> list[Step]:
    """A random sequence of ``count`` deliveries; every second feed is the same, so that histories grow."""
    chance = random.Random(seed)

    def wants() -> Iterator[tuple[int, str, str]]:
        for number in sorted(chance.sample(range(5), chance.randint(2, 5))):
            yield number, chance.choice(INTENTS), chance.choice(TEXTS)

    return [
        Step(
            feed_id=chance.choice([SHOOTINGS, SHOOTINGS, VICTIMS_ONLY, ARRESTS]),
            back=chance.choice([0, 0, 1, 2]),
            withdraw=chance.choice([False, False, False, True]),
            wants=tuple(wants()),
        )
        for _ in range(count)
    ]


@dataclass
class Deliveries:
    """Delivers steps into a world; what comes late or is taken back derives everything after it anew."""

    world: World
    made: dict[str, list[tuple[float, Step, ChangeSet]]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def take(self, step: Step) -> None:
        """One step."""
        history = self.made.setdefault(step.feed_id, [])
        place = max(len(history) - step.back, 0)
        later = history[place:]
        self.world.withdraw([change_set for _, _, change_set in later])
        del history[place:]
        if later:
            self.seen.add("out of order")
        if step.withdraw and later:
            self.seen.add("withdrawn")
            again = [(day, old) for day, old, _ in later[1:]]
        else:
            before = history[-1][0] if history else 20.0
            after = later[0][0] if later else before + 2
            again = [((before + after) / 2, step), *((day, old) for day, old, _ in later)]
        for day, one in again:
            history.append((day, one, self._deliver(one, day, 1 + len(later))))

    def _deliver(self, step: Step, day: float, generation: int) -> ChangeSet:
        kind, content = KINDS[step.feed_id]
        told = fold([change_set for _, _, change_set in self.made[step.feed_id]], kind, content)
        changes = [change for wanted in step.wants if (change := self._change(step.feed_id, told, *wanted))]
        return self.world.deliver(step.feed_id, day, {kind: changes}, generation)

    def _change(self, feed_id: str, told: list[Any], number: int, intent: str, text: str) -> dict[str, Any] | None:
        """What an intent comes to: a record that is not there can only be inserted, a revert needs a past."""
        key = f"{feed_id}-{number}"
        past = sorted((version for version in told if version[1] == key), key=lambda version: version[2])
        is_there = bool(past) and past[-1][3] is None
        if intent in ("delete", "mark", "clear"):
            self.seen.add(intent)
            return {"op": intent, "record_key": key} if is_there else None
        if intent == "revert" and len(past) > 1:
            self.seen.add("revert")
            text = past[-2][5]
        if len(past) > 1 and is_there:
            self.seen.add("correction of a correction")
        return _record(feed_id, "update" if is_there else "insert", key, text)


def _record(feed_id: str, op: str, key: str, text: str) -> dict[str, Any]:
    if feed_id == ARRESTS:
        charge = {"arrest_id": "7", "arrest_key": "k1", "charge_number": 1, "source_offense": text}
        return {"op": op, "record_key": key, **charge}
    return shooting("shooting_victim", op, key, "i9", is_fatal=text == "MURDER", wound=text)
