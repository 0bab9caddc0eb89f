"""What is done about groups that shoot after they were warned: few actions, each with its trigger and its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from simulator.practice import Practice, Review

#: Kinds of action as the office writes them, with how often; and the share of triggers that are followed by one.
KINDS: tuple[tuple[str, int], ...] = (
    ("Warrant service", 30), ("Supervision check", 30), ("Targeted arrest", 25), ("Prosecution review", 10),
    ("Code enforcement", 5),
)  # fmt: skip
_FOLLOWED = 0.6


@dataclass(frozen=True)
class Action:
    """One action about one group; ``people`` were touched by it, ``ended`` is its last day."""

    group: str
    review: Review
    on: date
    ended: date | None
    kind: str
    people: int


def make_enforcement(seed: int, place: str, told: Practice, end: date) -> list[Action]:
    """Actions up to ``end``: after a confirmed shooting by a group, from a random stream of their own."""
    rng = Random(f"{seed}/enforcement/{place}")
    found = []
    for review in told.reviews:
        group = next((person.group for person in review.shooting.suspects if person.group), "")
        on = review.on + timedelta(days=rng.randrange(1, 15))
        lasts = rng.randrange(0, 45)
        kind = rng.choices([name for name, _ in KINDS], [weight for _, weight in KINDS])[0]
        people = rng.randrange(0, 9)
        if group and review.first == "confirmed" and rng.random() < _FOLLOWED and on < end:
            last = on + timedelta(days=lasts)
            found.append(Action(group, review, on, last if last < end else None, kind, people))
    return found
