"""What truly happens: shootings with feuds and retaliation, arrests with accomplices, and one planted change."""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random

from simulator.places import PLACES, RIVERMOUTH, Place
from simulator.population import Group, Person, Population

#: Per person and year.
_SHOOTINGS, _ARRESTS = 0.2, 0.8
_GROUP_SHARE, _RETALIATION = 0.7, 0.3
_FATAL, _LATE_DEATH = 0.16, 0.08
_VICTIMS = ((1, 68), (2, 19), (3, 8), (4, 3), (5, 2))
_SUSPECTS = ((0, 45), (1, 38), (2, 12), (3, 5))
_CHARGES = ((1, 55), (2, 27), (3, 12), (4, 6))


@dataclass(frozen=True)
class Wounded:
    """One victim of a shooting; ``died`` is the day of death, at once or later."""

    person: Person
    died: date | None
    wound: str


@dataclass(frozen=True)
class Shooting:
    """A shooting; times are wall-clock times of its place."""

    number: int
    jurisdiction_id: str
    at: datetime
    victims: tuple[Wounded, ...]
    suspects: tuple[Person, ...]
    latitude: float
    longitude: float
    area: str
    beat: str
    feud: bool


@dataclass(frozen=True)
class Arrest:
    """One person arrested on one occasion; ``number`` of the occasion is shared by accomplices."""

    occasion: int
    jurisdiction_id: str
    at: datetime
    person: Person
    charges: tuple[tuple[str, str, str, str], ...]
    shooting: Shooting | None
    latitude: float
    longitude: float
    area: str
    beat: str


@dataclass(frozen=True)
class Intervention:
    """From ``on`` the expected number of shootings in one jurisdiction is multiplied by ``multiplier``."""

    jurisdiction_id: str
    on: date
    multiplier: float = 0.65


@dataclass
class History:
    """Everything that happened, in time order per jurisdiction."""

    intervention: Intervention
    shootings: dict[str, list[Shooting]] = field(default_factory=dict)
    arrests: dict[str, list[Arrest]] = field(default_factory=dict)


class _Draw:
    """Weighted drawing from a fixed list of people."""

    def __init__(self, people: list[Person], exponent: float = 1.0) -> None:
        self.people = people
        self.sums = list(accumulate(p.risk**exponent for p in people))

    def one(self, rng: Random) -> Person:
        return self.people[min(bisect(self.sums, rng.random() * self.sums[-1]), len(self.people) - 1)]


def make_history(seed: int, population: Population, start: date, end: date) -> History:
    """All events in ``[start, end)``; the intervention begins in the middle."""
    middle = start + (end - start) / 2
    history = History(
        Intervention(RIVERMOUTH, date(middle.year, middle.month, 1) if middle.month != start.month else middle)
    )
    for place in PLACES.values():
        rng = Random(f"{seed}/events/{place.jurisdiction_id}")
        maker = _Maker(rng, place, population, history.intervention)
        history.shootings[place.jurisdiction_id] = maker.shootings(start, end)
        history.arrests[place.jurisdiction_id] = maker.arrests(start, end)
    return history


class _Maker:
    """Draws the events of one place."""

    def __init__(self, rng: Random, place: Place, population: Population, intervention: Intervention) -> None:
        self.rng, self.place, self.intervention = rng, place, intervention
        self.people = population.of(place.jurisdiction_id)
        self.anyone, self.bystander = _Draw(self.people), _Draw(self.people, 0.4)
        self.groups = [g for g in population.groups.values() if g.jurisdiction_id == place.jurisdiction_id]
        self.by_id = {g.group_id: g for g in self.groups}
        self.done: list[Shooting] = []

    def shootings(self, start: date, end: date) -> list[Shooting]:
        """A Poisson stream, thinned by season and by the intervention; some answered by the other side."""
        home = sum(p.home == self.place.jurisdiction_id for p in self.people)
        own_rate = _SHOOTINGS * home / 365.25 / (1 + _RETALIATION * _GROUP_SHARE)
        waiting: list[tuple[datetime, Group | None, Group | None]] = [
            (at, *self._sides()) for at in self._stream(start, end, own_rate)
        ]
        found: list[Shooting] = []
        while waiting:
            waiting.sort(key=lambda w: w[0])
            at, by, against = waiting.pop(0)
            shooting = self._shooting(at, by, against)
            if shooting is not None:
                found.append(shooting)
            if by and against and self.rng.random() < _RETALIATION:
                answer = at + timedelta(days=self.rng.expovariate(1 / 5) + 0.2)
                if answer.date() < end and self.rng.random() < self._factor(answer.date()):
                    waiting.append((self._clock(answer.date()), against, by))
        self.done = sorted(found, key=lambda s: s.at)
        return self.done

    def arrests(self, start: date, end: date) -> list[Arrest]:
        """Occasions of one to four people, and later arrests of some suspects of shootings."""
        home = sum(p.home == self.place.jurisdiction_id for p in self.people)
        found: list[Arrest] = []
        occasion = 0
        for day in self._days(start, end, _ARRESTS * home / 365.25 / 1.35):
            occasion += 1
            together = self._accomplices(day)
            found += self._occasion(occasion, self._clock(day), together, None)
        for shooting in self.done:
            day = shooting.at.date() + timedelta(days=self.rng.randrange(1, 50))
            if shooting.suspects and day < end and self.rng.random() < 0.35:
                occasion += 1
                living = [s for s in shooting.suspects if s.died_on is None or s.died_on > day]
                found += self._occasion(occasion, self._clock(day), living, shooting)
        return sorted(found, key=lambda a: (a.at, a.occasion, a.person.person_id))

    def _stream(self, start: date, end: date, rate: float) -> Iterator[datetime]:
        for day in self._days(start, end, rate * 1.3):
            season = 1 + 0.25 * math.cos(2 * math.pi * (day.timetuple().tm_yday - 200) / 365.25)
            if self.rng.random() < season / 1.3 * self._factor(day):
                yield self._clock(day)

    def _factor(self, day: date) -> float:
        planted = self.intervention
        changed = self.place.jurisdiction_id == planted.jurisdiction_id and day >= planted.on
        return planted.multiplier if changed else 1.0

    def _days(self, start: date, end: date, rate: float) -> Iterator[date]:
        at = self.rng.expovariate(rate)
        while at < (end - start).days:
            yield start + timedelta(days=int(at))
            at += self.rng.expovariate(rate)

    def _clock(self, day: date) -> datetime:
        """A wall-clock minute, mostly at night, that exists once in this zone."""
        minute = int(self.rng.gauss(22.5 * 60, 220)) % 1440
        at = datetime(day.year, day.month, day.day, minute // 60, minute % 60)
        first, second = (at.replace(tzinfo=self.place.zone, fold=fold).utcoffset() for fold in (0, 1))
        return at if first == second else at.replace(hour=5)

    def _sides(self) -> tuple[Group | None, Group | None]:
        if not self.groups or self.rng.random() > _GROUP_SHARE:
            return None, None
        by = self.rng.choices(self.groups, [len(g.members) ** 1.3 for g in self.groups])[0]
        return by, self.by_id[self.rng.choice(by.rivals)] if by.rivals else None

    def _shooting(self, at: datetime, by: Group | None, against: Group | None) -> Shooting | None:
        rng = self.rng
        count = _pick(rng, _VICTIMS)
        targets = _Draw(against.members) if against else self.anyone
        drawn = [(targets if rng.random() < 0.8 else self.bystander).one(rng) for _ in range(count)]
        alive = {p.person_id: p for p in drawn if p.died_on is None}
        victims = tuple(self._wounded(p, at.date()) for p in alive.values())
        if not victims:
            return None
        shooters = _Draw(by.members) if by else self.anyone
        suspects = {p.person_id: p for p in (shooters.one(rng) for _ in range(_pick(rng, _SUSPECTS)))}
        free = tuple(p for p in suspects.values() if p.died_on is None and p.person_id not in alive)
        return Shooting(0, self.place.jurisdiction_id, at, victims, free, *self._spot(), bool(by and against))

    def _wounded(self, person: Person, day: date) -> Wounded:
        rng = self.rng
        died = day if rng.random() < _FATAL else None
        if died is None and rng.random() < _LATE_DEATH:
            died = day + timedelta(days=rng.randrange(2, 45))
        person.died_on = died
        return Wounded(person, died, rng.choice(("leg", "arm", "chest", "head", "abdomen", "multiple", "foot")))

    def _accomplices(self, day: date) -> list[Person]:
        lead = self.anyone.one(self.rng)
        together = {lead.person_id: lead}
        circle = self.by_id.get(lead.group)
        while circle and len(together) < 4 and self.rng.random() < 0.4:
            other = self.rng.choice(circle.members)
            together[other.person_id] = other
        return [p for p in together.values() if p.died_on is None or p.died_on > day]

    def _occasion(self, number: int, at: datetime, people: list[Person], shooting: Shooting | None) -> list[Arrest]:
        spot = self._spot()
        return [Arrest(number, self.place.jurisdiction_id, at, p, self._charges(), shooting, *spot) for p in people]

    def _charges(self) -> tuple[tuple[str, str, str, str], ...]:
        return tuple(self.rng.sample(self.place.offenses, _pick(self.rng, _CHARGES)))

    def _spot(self) -> tuple[float, float, str, str]:
        number = self.rng.randrange(len(self.place.areas))
        latitude = round(self.place.latitude + 0.03 * number + self.rng.gauss(0, 0.006), 5)
        longitude = round(self.place.longitude - 0.02 * number + self.rng.gauss(0, 0.006), 5)
        return latitude, longitude, self.place.areas[number], f"{number + 1}{self.rng.randrange(1, 6)}"


def _pick(rng: Random, weighted: tuple[tuple[int, int], ...]) -> int:
    return rng.choices([n for n, _ in weighted], [w for _, w in weighted])[0]
