"""Who sits in which prison when, who is moved where, and what happens there: one state, day by day.

The people are those who were arrested. Nobody is in custody on a day on which something finds them outside, and nobody
is in two units at once, so the count of a unit is the number of people whose stay there lasts.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from random import Random

from simulator.departments import Department, Unit
from simulator.events import History
from simulator.incidents import Incident, make_incident
from simulator.population import Person, Population

_STOCK, _AFTER_ARREST, _AFTER_SHOOTING, _MEAN_DAYS = 0.055, 0.35, 0.75, 130
#: Chance of a move, of an incident in which one of the unit takes the lead, each per person and day.
_MOVED, _VIOLENT = 1 / 40, 0.14 / 30
_DARK_DAYS = 9


@dataclass(frozen=True)
class Spell:
    """One person's time in custody, from the day of admission to the day of release (``None``: beyond the story)."""

    person: Person
    first: date
    last: date | None
    offense: str


@dataclass
class Stay:
    """One person's stay in one unit, from move to move; ``booking`` numbers the spell that it belongs to."""

    number: int
    booking: int
    spell: Spell
    unit: Unit
    admitted: datetime
    reason: str
    released: datetime | None = None
    left_for: str | None = None


@dataclass
class Custody:
    """Everything that truly happened in one department. ``counts`` are people per unit at midnight, ``unheard`` the
    counts that were taken and never reported."""

    department: Department
    spells: list[Spell]
    stays: list[Stay] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    counts: dict[tuple[date, Unit], int] = field(default_factory=dict)
    unheard: set[tuple[date, Unit]] = field(default_factory=set)

    def blamed(self, stay: Stay, day: date) -> bool:
        """True when something was found against the person in this spell up to that day."""
        found = self.findings.get(stay.spell.person.person_id, [])
        return any(stay.spell.first <= on <= day for on in found)

    @cached_property
    def findings(self) -> dict[str, list[date]]:
        """Days of incidents in which each person was found guilty."""
        found: dict[str, list[date]] = defaultdict(list)
        for incident in self.incidents:
            for part in incident.parts:
                if part.person is not None and part.guilty:
                    found[part.person.person_id].append(incident.at.date())
        return dict(found)

    def present(self, day: date) -> list[Stay]:
        """Stays that last at the end of a day."""
        return [s for s in self.stays if s.admitted.date() <= day and (s.released is None or s.released.date() > day)]


Days = dict[str, list[tuple[date, str]]]


def days_outside(history: History) -> Days:
    """Days on which something found each person outside, with its place: arrests and shootings."""
    found: Days = defaultdict(list)
    for place, shootings in history.shootings.items():
        for shooting in shootings:
            for person in (*(v.person for v in shooting.victims), *shooting.suspects):
                found[person.person_id].append((shooting.at.date(), place))
    for place, arrests in history.arrests.items():
        for arrest in arrests:
            found[arrest.person.person_id].append((arrest.at.date(), place))
    return {person: sorted(days) for person, days in found.items()}


def make_custody(
    seed: int, department: Department, population: Population, history: History, outside: Days, start: date, end: date
) -> Custody:
    """The department's story in ``[start, end)``."""
    rng = Random(f"{seed}/custody/{department.jurisdiction_id}")
    spells = [*_stock(rng, department, population, outside, start), *_sentenced(rng, department, history, outside)]
    spells.sort(key=lambda spell: (spell.first, spell.person.person_id))
    story = _Story(rng, Custody(department, spells), end)
    day = start
    while day < end:
        story.live(day)
        day += timedelta(days=1)
    _lose_counts(rng, story.told, start, end)
    return story.told


def _stock(rng: Random, department: Department, population: Population, outside: Days, start: date) -> Iterable[Spell]:
    """Those who sit there when the story begins."""
    for person in population.people:
        if person.home != department.serves or rng.random() > min(0.4, _STOCK * person.risk**0.8):
            continue
        last = start + timedelta(days=6 + int(rng.expovariate(1 / (1.5 * _MEAN_DAYS))))
        last = min([last, *(day - timedelta(days=1) for day, _ in outside.get(person.person_id, [])[:1])])
        if last > start + timedelta(days=5):
            yield Spell(person, start - timedelta(days=rng.randrange(1, 400)), last, "prior sentence")


def _sentenced(rng: Random, department: Department, history: History, outside: Days) -> Iterable[Spell]:
    """Those who are admitted on the day after an arrest."""
    taken: set[tuple[str, date]] = set()
    for arrest in history.arrests[department.serves]:
        person, day = arrest.person, arrest.at.date()
        days = outside[person.person_id]
        if rng.random() > (_AFTER_SHOOTING if arrest.shooting else _AFTER_ARREST) or (person.person_id, day) in taken:
            continue
        length = timedelta(days=3 + int(rng.expovariate(1 / _MEAN_DAYS)))
        later = days[bisect_right(days, (day, "~")) :][:1]
        limits = [found - timedelta(days=1) for found, _ in later]
        limits += [person.died_on - timedelta(days=1)] if person.died_on else []
        last = min([day + length, *limits])
        elsewhere = any(found == day and place != department.serves for found, place in days)
        if last > day + timedelta(days=2) and not elsewhere:
            taken.add((person.person_id, day))
            yield Spell(person, day + timedelta(days=1), last, arrest.charges[0][0])


class _Story:
    """Lives through one day after the other."""

    def __init__(self, rng: Random, told: Custody, end: date) -> None:
        self.rng, self.told, self.end = rng, told, end
        self.department = told.department
        self.inside: dict[Unit, dict[str, Stay]] = {unit: {} for unit in self.department.units}
        self.open = [unit for unit in self.department.units if not unit.restrictive]
        self.coming = list(enumerate(told.spells, start=1))[::-1]
        self.leaving: dict[date, list[str]] = defaultdict(list)
        self.returning: dict[date, list[str]] = defaultdict(list)
        self.where: dict[str, Stay] = {}

    def live(self, day: date) -> None:
        """Releases and returns in the morning, moves at noon, admissions, and what happens in the evening."""
        for person_id in self.leaving.pop(day, []):
            self._leave(self.where.pop(person_id), self._at(day, 8), "Released")
        for person_id in self.returning.pop(day, []):
            stay = self.where.get(person_id)
            if stay and stay.unit.restrictive:
                self._move(stay, self.rng.choice(self.open), self._at(day, 10), "Return to general population")
        for stay in [s for unit in self.open for s in self.inside[unit].values() if self.rng.random() < _MOVED]:
            self._move(stay, self.rng.choice(self.open), self._at(day, 11), "Housing change")
        while self.coming and self.coming[-1][1].first <= day:
            self._admit(*self.coming.pop(), day)
        for unit in self.department.units:
            self._evening(day, unit)
        for unit, people in self.inside.items():
            self.told.counts[day, unit] = len(people)

    def _at(self, day: date, hour: int) -> datetime:
        return datetime(day.year, day.month, day.day, hour, self.rng.randrange(60))

    def _admit(self, booking: int, spell: Spell, day: date) -> None:
        """People of the first day's stock are spread over the units, and came when their spell began."""
        new = spell.first == day
        unit = self.department.reception if new else self.rng.choice(self.open)
        at = self._at(spell.first, self.rng.randrange(13, 16))
        self._enter(booking, spell, unit, at, "New commitment" if new else "Transfer")
        if spell.last is not None and spell.last < self.end:
            self.leaving[spell.last].append(spell.person.person_id)

    def _enter(self, booking: int, spell: Spell, unit: Unit, at: datetime, reason: str) -> None:
        stay = Stay(len(self.told.stays) + 1, booking, spell, unit, at, reason)
        self.told.stays.append(stay)
        self.inside[unit][spell.person.person_id] = self.where[spell.person.person_id] = stay

    def _leave(self, stay: Stay, at: datetime, why: str) -> None:
        del self.inside[stay.unit][stay.spell.person.person_id]
        stay.released, stay.left_for = at, why

    def _move(self, stay: Stay, unit: Unit, at: datetime, why: str) -> None:
        if unit is not stay.unit and stay.admitted < at:
            self._leave(stay, at, why)
            self._enter(stay.booking, stay.spell, unit, at, why)

    def _evening(self, day: date, unit: Unit) -> None:
        evening = datetime(day.year, day.month, day.day, 17)
        people = [stay.spell.person for stay in self.inside[unit].values() if stay.admitted < evening]
        if not people or self.rng.random() > len(people) * _VIOLENT:
            return
        at = self._at(day, self.rng.randrange(17, 22))
        incident = make_incident(self.rng, len(self.told.incidents) + 1, at, unit, people, self.department.largest)
        self.told.incidents.append(incident)
        for part in incident.parts:
            if part.person is not None and part.days and not unit.restrictive:
                stay = self.where[part.person.person_id]
                self._move(
                    stay, self.department.restrictive(unit.facility), at + timedelta(minutes=40), "Restrictive housing"
                )
                self.returning[day + timedelta(days=part.days)].append(part.person.person_id)


def _lose_counts(rng: Random, told: Custody, start: date, end: date) -> None:
    """Counts that nobody hears of: single ones, and one bad month of one facility."""
    days = (end - start).days
    first = start + timedelta(days=days // 2)
    dark = {first.replace(day=1) + timedelta(days=n) for n in rng.sample(range(27), _DARK_DAYS)}
    for day, unit in told.counts:
        if rng.random() < 0.004 or (day in dark and unit.facility == told.department.silent):
            told.unheard.add((day, unit))
