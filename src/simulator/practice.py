"""What an office of group violence intervention does: whom it suspects and invites, what it reviews, who takes help.

The truth is the simulator's: groups, feuds and shootings as they are. The office sees part of it, now and then wrongly.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from simulator.events import History, Shooting
from simulator.population import Group, Person, Population

#: Share of members that the roster knows, and of entries about people who belong to no group.
_KNOWN, _WRONG = 0.7, 0.06
_SESSION_DAYS, _INVITED, _REACHED = 60, 8, 0.75
_OFFERED, _TAKEN = 0.9, 0.5
_BASES = (("identified_in_investigation", 40), ("conviction", 25), ("identified_in_incident_review", 20),
          ("admission_to_officer", 10), ("court_finding", 5))  # fmt: skip
_SERVICES = ("Employment", "Mentoring", "Housing", "Mental health", "Education", "ID card and fines")


@dataclass(frozen=True)
class Suspicion:
    """One roster entry; ``right`` says whether the person truly belongs to the group."""

    person: Person
    group: str
    role: str
    basis: str
    entered: date
    reviewed: date | None
    review: date
    expires: date
    ended: date | None
    right: bool


@dataclass(frozen=True)
class Relation:
    """What two groups are to each other from ``since`` to ``until`` (last day)."""

    group: str
    other: str
    kind: str
    since: date
    until: date | None


@dataclass(frozen=True)
class Contact:
    """One person invited or visited on a day; ``session`` numbers the call-in, 0 is a custom notification."""

    number: int
    session: int
    person: Person
    group: str
    on: date
    outcome: str
    supervised: bool
    offered: bool
    taken: bool


@dataclass(frozen=True)
class Review:
    """One shooting as the review saw it; ``involved`` is the truth, ``first`` and ``later`` are what it concluded."""

    shooting: Shooting
    number: int
    on: date
    involved: bool
    first: str
    later: str | None
    revised: date | None


@dataclass(frozen=True)
class Referral:
    """One person's way into help; absent steps did not happen (yet)."""

    contact: Contact
    service: str
    on: date
    steps: dict[str, date]


@dataclass
class Practice:
    """Everything the office did up to the end of the story."""

    roster: list[Suspicion] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)


def make_practice(seed: int, place: str, population: Population, history: History, start: date, end: date) -> Practice:
    """The office's story in ``[start, end)``, from random streams of its own."""
    rng = Random(f"{seed}/practice/{place}")
    groups = [group for group in population.groups.values() if group.jurisdiction_id == place]
    told = Practice()
    told.roster = [entry for group in groups for entry in _roster(rng, group, population, start, end)]
    told.relations = _relations(rng, groups, start, end)
    told.reviews = [_review(rng, s, n, end) for n, s in enumerate(history.shootings[place], start=1)]
    told.contacts = _contacts(rng, groups, history.shootings[place], start, end)
    told.referrals = [_referral(rng, contact, end) for contact in told.contacts if contact.taken]
    return told


def _roster(rng: Random, group: Group, population: Population, start: date, end: date) -> list[Suspicion]:
    found = []
    outsiders = [p for p in population.people if p.home == group.jurisdiction_id and not p.group]
    for member in group.members:
        right = rng.random() >= _WRONG
        if rng.random() < _KNOWN:
            found.append(_suspicion(rng, member if right else rng.choice(outsiders), group.group_id, start, end, right))
    return found


def _suspicion(rng: Random, person: Person, group: str, start: date, end: date, right: bool) -> Suspicion:
    """Entered before the story or in it, for one to five years; a wrong entry is mostly contested and ended."""
    entered = start + timedelta(days=rng.randrange(-300, (end - start).days))
    expires = _years_later(entered, rng.choice((1, 2, 3, 5)))
    review = _years_later(entered, 1)
    reviewed = entered + timedelta(days=rng.randrange(20, 200)) if rng.random() < 0.2 else None
    ended = entered + timedelta(days=rng.randrange(20, 150)) if not right and rng.random() < 0.6 else None
    role = rng.choices(("Member", "Core", "Leader", "Associate"), (55, 20, 8, 17))[0]
    basis = rng.choices([b for b, _ in _BASES], [w for _, w in _BASES])[0]
    return Suspicion(person, group, role, basis, entered, reviewed, review, expires, ended, right)


def _years_later(day: date, years: int) -> date:
    """The same day of a later year; 29 February becomes the 28th."""
    return day.replace(year=day.year + years, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _relations(rng: Random, groups: list[Group], start: date, end: date) -> list[Relation]:
    """Each pair of rivals once, and now and then an alliance."""
    pairs = sorted({tuple(sorted((g.group_id, rival))) for g in groups for rival in g.rivals})
    found = []
    for one, other in pairs:
        since = start + timedelta(days=rng.randrange(-400, (end - start).days // 2))
        until = since + timedelta(days=rng.randrange(30, 300)) if rng.random() < 0.2 else None
        found.append(Relation(one, other, "dispute", since, until))
    friends = [(a.group_id, b.group_id) for a in groups for b in groups if a.group_id < b.group_id]
    for one, other in (pair for pair in friends if pair not in pairs):
        if rng.random() < 0.15:
            found.append(Relation(one, other, "alliance", start - timedelta(days=rng.randrange(30, 500)), None))
    return found


def _contacts(rng: Random, groups: list[Group], shootings: list[Shooting], start: date, end: date) -> list[Contact]:
    """Call-ins every two months, and a custom notification within days of a shooting between groups."""
    planned: list[tuple[date, int, Person]] = []
    members = [member for group in groups for member in group.members]
    for session in range(1, (end - start).days // _SESSION_DAYS + 1):
        day = start + timedelta(days=_SESSION_DAYS * session - 20)
        planned += [(day, session, p) for p in rng.sample(members, min(_INVITED, len(members)))]
    for shooting in shootings:
        person = next((w.person for w in shooting.victims if w.person.group), None)
        day = shooting.at.date() + timedelta(days=rng.randrange(1, 6))
        if person is not None and shooting.feud and day < end:
            planned.append((day, 0, person))
    alive = [(day, s, p) for day, s, p in planned if p.died_on is None or p.died_on > day]
    ordered = sorted(alive, key=lambda found: (found[0], found[1], found[2].person_id))
    return [_contact(rng, n, *found) for n, found in enumerate(ordered, start=1)]


def _contact(rng: Random, number: int, on: date, session: int, person: Person) -> Contact:
    reached = rng.random() < _REACHED
    missed = rng.choice(("absent", "refused")) if session else rng.choice(("not found", "refused"))
    offered = reached and rng.random() < _OFFERED
    taken = offered and rng.random() < _TAKEN
    supervised = bool(session) or rng.random() < 0.5
    return Contact(
        number, session, person, person.group, on, "reached" if reached else missed, supervised, offered, taken
    )


def _review(rng: Random, shooting: Shooting, number: int, end: date) -> Review:
    """Discussed within two weeks; what was unknown may be found out later."""
    involved = any(p.group for p in (*(w.person for w in shooting.victims), *shooting.suspects))
    words = ("confirmed", "suspected", "unknown", "no")
    first = rng.choices(words, (62, 15, 18, 5) if involved else (0, 5, 15, 80))[0]
    on = shooting.at.date() + timedelta(days=rng.randrange(2, 14))
    revised = on + timedelta(days=rng.randrange(14, 60))
    later = ("confirmed" if involved else "no") if first in ("unknown", "suspected") and rng.random() < 0.5 else None
    return Review(shooting, number, on, involved, first, later, revised if later else None)


def _referral(rng: Random, contact: Contact, end: date) -> Referral:
    """Step by step until somebody stops; what would lie behind the end has not happened."""
    day, steps = contact.on + timedelta(days=rng.randrange(0, 4)), dict[str, date]()
    made = day
    for step, chance, longest in (
        ("contacted", 0.85, 14), ("accepted", 0.8, 10), ("started", 0.8, 21), ("completed", 0.45, 150),
    ):  # fmt: skip
        day += timedelta(days=rng.randrange(1, longest))
        if rng.random() >= chance:
            if rng.random() < 0.5:
                steps["closed"] = day
            break
        steps[step] = day
    return Referral(contact, rng.choice(_SERVICES), made, {step: on for step, on in steps.items() if on < end})
