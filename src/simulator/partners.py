"""Violence between intimate partners: couples, what happens between them, and the notices that offenders get.

The truth is the simulator's: who belongs together, where they live, what each event led to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from simulator.population import Person, Population
from simulator.recording import age_on

#: Residents per couple of whom police hear, days before the story at which their records begin, mean days between events.
_RESIDENTS, _BEFORE, _BETWEEN = 14, 400, 110
_ARRESTED, _CHARGED, _FELONY, _WEAPON, _CONVICTED = 0.4, 0.8, 0.15, 0.15, 0.4
#: Shares of couples: of one offender with another partner, at the address of another couple, who move once.
_AGAIN, _SHARED, _MOVES = 0.15, 0.1, 0.2
#: Share of offenders who get a notice, and days before the story at which notices begin.
_NOTIFIED, _NOTICES_BEFORE = 0.6, 300
_INJURIES = (("none", 50), ("minor", 35), ("serious", 10), ("unknown", 5))


@dataclass(frozen=True)
class Couple:
    """Two partners; ``addresses`` are where they live, the second from ``moved`` on."""

    number: int
    offender: Person
    victim: Person
    addresses: tuple[int, int]
    moved: date | None

    def address(self, day: date) -> int:
        """Where they live on a day."""
        return self.addresses[self.moved is not None and day >= self.moved]


@dataclass(frozen=True)
class PartnerEvent:
    """One call or arrest; ``convicted`` is the day of the conviction, if there was one."""

    couple: Couple
    on: date
    arrest: bool
    charged: bool
    felony: bool
    weapon: bool
    prohibited: bool
    convicted: date | None
    injury: str


@dataclass(frozen=True)
class Notice:
    """A notice of a level to an offender; ``reached`` says whether it was delivered."""

    offender: Person
    on: date
    level: str
    reached: bool


@dataclass
class Partners:
    """Everything between partners of one place up to the end of the story, by day."""

    events: list[PartnerEvent] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def make_partners(seed: int, place: str, population: Population, start: date, end: date) -> Partners:
    """The story of the couples of a place in ``[start - 400 days, end)``, from a random stream of its own."""
    rng = Random(f"{seed}/partners/{place}")
    told = Partners()
    for couple in _couples(rng, place, population, start, end):
        told.events += _events(rng, couple, start, end)
    told.events.sort(key=lambda event: (event.on, event.couple.number))
    told.notices = _notices(rng, told.events, start, end)
    return told


def _couples(rng: Random, place: str, population: Population, start: date, end: date) -> list[Couple]:
    adults = [p for p in population.people if p.home == place and age_on(p.birth, start) >= 20 and p.died_on is None]
    rng.shuffle(adults)
    found: list[Couple] = []
    for number in range(1, max(4, len(adults) // _RESIDENTS) + 1):
        again = bool(found) and rng.random() < _AGAIN
        offender = rng.choice(found).offender if again else adults.pop()
        home = rng.choice(found).addresses[0] if found and rng.random() < _SHARED else 2 * number
        moved = start + timedelta(days=rng.randrange((end - start).days)) if rng.random() < _MOVES else None
        found.append(Couple(number, offender, adults.pop(), (home, 2 * number + 1), moved))
    return found


def _events(rng: Random, couple: Couple, start: date, end: date) -> list[PartnerEvent]:
    """From a first day until they stop, about every third or fourth month."""
    day = start + timedelta(days=rng.randrange(-_BEFORE, (end - start).days))
    found = []
    while day < end:
        found.append(_event(rng, couple, day))
        day += timedelta(days=1 + round(rng.expovariate(1 / _BETWEEN)))
        if rng.random() < 0.25:
            break
    return found


def _event(rng: Random, couple: Couple, on: date) -> PartnerEvent:
    arrest = rng.random() < _ARRESTED
    charged = arrest and rng.random() < _CHARGED
    felony, weapon = charged and rng.random() < _FELONY, rng.random() < _WEAPON / (1 if arrest else 3)
    convicted = on + timedelta(days=rng.randrange(30, 200)) if charged and rng.random() < _CONVICTED else None
    injury = rng.choices([word for word, _ in _INJURIES], [weight for _, weight in _INJURIES])[0]
    return PartnerEvent(couple, on, arrest, charged, felony, weapon, rng.random() < 0.12, convicted, injury)


def _notices(rng: Random, events: list[PartnerEvent], start: date, end: date) -> list[Notice]:
    """Most offenders get one notice some weeks after an event, milder or sterner as it was."""
    found, done, begin = [], set(), start - timedelta(days=_NOTICES_BEFORE)
    for event in events:
        offender = event.couple.offender
        on = event.on + timedelta(days=rng.randrange(5, 40))
        if offender.person_id in done or not begin <= on < end or rng.random() >= _NOTIFIED:
            continue
        done.add(offender.person_id)
        level = "A" if event.felony else "C" if event.charged else "D"
        found.append(Notice(offender, on, level, rng.random() < 0.85))
    return sorted(found, key=lambda notice: (notice.on, notice.offender.person_id))


def partners_truth(told: Partners) -> dict[str, Any]:
    """``ipv.json``: what happened between whom, in the order of the agency's numbers."""
    return {
        "events": [
            {**{name: value for name, value in vars(e).items() if name != "couple"}, "couple": e.couple.number,
             "address": e.couple.address(e.on), "offender": e.couple.offender.person_id, "victim": e.couple.victim.person_id}
            for e in told.events
        ],
        "notices": [
            {"person": n.offender.person_id, "on": n.on, "level": n.level, "reached": n.reached} for n in told.notices
        ],
    }  # fmt: skip
