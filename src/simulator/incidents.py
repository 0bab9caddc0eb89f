"""What happens in prisons: fights of two and of many, assaults on people in custody and on staff, weapons found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Literal

from simulator.departments import Unit
from simulator.population import Person

What = Literal["fight", "brawl", "assault", "staff", "possession"]
Role = Literal["aggressor", "victim", "combatant", "witness", "staff"]

_KINDS: tuple[tuple[What, int], ...] = (("fight", 42), ("brawl", 14), ("assault", 22), ("staff", 14), ("possession", 8))
WEAPONS = ("shank", "lock in a sock", "razor")
_INJURIES = (("none", 45), ("minor", 38), ("serious", 13), ("hospital", 4))
_SEVERITY = [name for name, _ in _INJURIES]


@dataclass(frozen=True)
class Part:
    """One person's part in an incident; staff have no person. ``days`` of restrictive housing follow a finding."""

    person: Person | None
    role: Role
    injury: str
    guilty: bool | None
    days: int


@dataclass(frozen=True)
class Incident:
    """One incident in one unit; ``weapon`` is "" where there was none."""

    number: int
    at: datetime
    unit: Unit
    what: What
    weapon: str
    parts: tuple[Part, ...]
    group_linked: bool

    @property
    def injury(self) -> str:
        """The worst injury."""
        return max((part.injury for part in self.parts), key=_SEVERITY.index)

    @property
    def participants(self) -> int:
        """People who took part, attacked staff among them; witnesses did not."""
        return sum(part.role != "witness" for part in self.parts)

    @property
    def victims(self) -> int:
        """People who were attacked, staff among them."""
        return sum(part.role in ("victim", "staff") for part in self.parts)


def classes(what: str, has_weapon: bool, participants: int) -> list[str]:
    """The classes that an incident falls into, ``all`` first; several may hold."""
    fight = what in ("fight", "brawl")
    found = {
        "assault_on_staff": what == "staff",
        "multi_person_fight": fight and (what == "brawl" or participants >= 3),
        "assault_with_weapon": has_weapon and what != "possession",
        "fight": fight,
    }
    named = [name for name, holds in found.items() if holds]
    return ["all", *(named or ["other"])]


def make_incident(rng: Random, number: int, at: datetime, unit: Unit, people: list[Person], largest: int) -> Incident:
    """One incident among the people of a unit; ``largest`` is how many parts the department's form can hold."""
    what = rng.choices([k for k, _ in _KINDS], [w for _, w in _KINDS])[0]
    if (len(people) < 2 and what in ("fight", "assault")) or (len(people) < 3 and what == "brawl"):
        what = "possession"
    lead = rng.choices(people, [person.risk for person in people])[0]
    others = [person for person in people if person is not lead]
    rng.shuffle(others)
    armed = what == "possession" or (what != "staff" and rng.random() < 0.18) or rng.random() < 0.04
    parts = _parts(rng, what, lead, others, largest)
    if rng.random() < 0.15 and len(others) >= len(parts) and len(parts) < largest:
        parts.append(Part(others[-1], "witness", "none", None, 0))
    groups = {part.person.group for part in parts if part.person and part.role != "witness" and part.person.group}
    linked = len(groups) > 1 or (bool(groups) and what in ("brawl", "assault") and rng.random() < 0.3)
    return Incident(number, at, unit, what, rng.choice(WEAPONS) if armed else "", tuple(parts), linked)


def _parts(rng: Random, what: What, lead: Person, others: list[Person], largest: int) -> list[Part]:
    if what == "fight":
        found = [_part(rng, lead, "combatant"), _part(rng, others[0], "combatant")]
    elif what == "brawl":
        height = min(rng.randrange(2, largest - 1), len(others))
        found = [_part(rng, person, "combatant") for person in (lead, *others[:height])]
    elif what == "assault":
        second = [_part(rng, others[1], "aggressor")] if len(others) > 1 and rng.random() < 0.35 else []
        found = [_part(rng, lead, "aggressor"), *second, _part(rng, others[0], "victim")]
    elif what == "staff":
        attacked = 2 if rng.random() < 0.2 else 1
        found = [_part(rng, lead, "aggressor"), *(_part(rng, None, "staff") for _ in range(attacked))]
    else:
        found = [_part(rng, lead, "combatant")]
    return found


def _part(rng: Random, person: Person | None, role: Role) -> Part:
    injury = rng.choices([n for n, _ in _INJURIES], [w for _, w in _INJURIES])[0]
    blamed = person is not None and role in ("aggressor", "combatant")
    guilty = rng.random() < 0.75 if blamed else None
    days = rng.randrange(5, 60) if guilty and rng.random() < 0.7 else 0
    return Part(person, role, injury, guilty, days)
