"""Who is under supervision when, how terms end, and what is violated and answered: one probation office."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Literal

from simulator.custody import Custody
from simulator.departments import Office
from simulator.events import Arrest, History
from simulator.population import Person, Population

How = Literal["completed", "revoked", "deceased"]
Breach = Literal["technical", "new_offense", "absconding"]
Answer = Literal["warning", "reporting", "custody", "revocation"]

_AFTER_ARREST, _AFTER_RELEASE, _ABSCONDS = 0.22, 0.65, 0.08
_LENGTHS = (180, 365, 540, 730)
#: Technical violations per year; share never answered.
_BREACHES, _UNANSWERED = 1.3, 0.12
_ANSWERS: dict[Breach, tuple[tuple[Answer, int], ...]] = {
    "technical": (("warning", 50), ("reporting", 22), ("custody", 22), ("revocation", 6)),
    "new_offense": (("warning", 10), ("custody", 50), ("revocation", 40)),
    "absconding": (("warning", 20), ("custody", 30), ("revocation", 50)),
}


@dataclass(frozen=True)
class Violation:
    """One violation of a term; ``days`` are days in custody imposed, ``text`` picks one of the office's wordings."""

    term: int
    on: date
    detected: date
    breach: Breach
    text: int
    answer: Answer | None = None
    answered: date | None = None
    days: int = 0


@dataclass(frozen=True)
class Term:
    """One term; ``ended`` is its last day, ``absconded`` the day since which the person is gone."""

    number: int
    person: Person
    started: date
    kind: int
    level: int
    officer: int
    area: str
    offense: str
    ended: date | None = None
    how: How | None = None
    absconded: date | None = None


@dataclass
class Supervision:
    """Everything that truly happened in one office: terms by number, violations in time order within each."""

    office: Office
    terms: list[Term] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)


def make_supervision(
    seed: int, office: Office, population: Population, history: History, custody: Custody | None, start: date, end: date
) -> Supervision:
    """The office's story up to ``end``; a person has one term at a time."""
    rng = Random(f"{seed}/supervision/{office.jurisdiction_id}")
    arrests: dict[str, list[Arrest]] = {}
    for arrest in history.arrests[office.jurisdiction_id]:
        arrests.setdefault(arrest.person.person_id, []).append(arrest)
    wanted = [*_stock(rng, office, population, start), *_released(rng, custody), *_granted(rng, arrests)]
    told = Supervision(office)
    free: dict[str, date] = {}
    for day, person, offense in sorted(wanted, key=lambda w: (w[0], w[1].person_id)):
        if day >= end or free.get(person.person_id, day) > day or (person.died_on and person.died_on <= day):
            continue
        term = Term(
            len(told.terms) + 1, person, day, rng.randrange(len(office.terms)), rng.randrange(len(office.levels)),
            rng.randrange(1, 15), rng.choice(office.areas), offense,
        )  # fmt: skip
        lived, violations = _live(rng, term, arrests.get(person.person_id, []), start, end)
        told.terms.append(lived)
        told.violations += violations
        free[person.person_id] = lived.ended + timedelta(days=1) if lived.ended else date.max
    return told


Wanted = Iterator[tuple[date, Person, str]]


def _stock(rng: Random, office: Office, population: Population, start: date) -> Wanted:
    """Terms that run when the story begins."""
    for person in population.people:
        if person.home == office.jurisdiction_id and rng.random() < min(0.5, office.stock * person.risk**0.5):
            yield start - timedelta(days=rng.randrange(1, 170)), person, "prior case"


def _released(rng: Random, custody: Custody | None) -> Wanted:
    for spell in custody.spells if custody else ():
        if spell.last is not None and rng.random() < _AFTER_RELEASE:
            yield spell.last, spell.person, spell.offense


def _granted(rng: Random, arrests: dict[str, list[Arrest]]) -> Wanted:
    for found in arrests.values():
        for arrest in found:
            if rng.random() < _AFTER_ARREST:
                yield arrest.at.date() + timedelta(days=rng.randrange(15, 60)), arrest.person, arrest.charges[0][0]


def _live(rng: Random, term: Term, arrests: list[Arrest], start: date, end: date) -> tuple[Term, list[Violation]]:
    """The term to its end, or to the end of the story."""
    last: date = term.started + timedelta(days=rng.choice(_LENGTHS))
    how: How = "completed"
    if term.person.died_on and term.person.died_on <= last:
        last, how = term.person.died_on, "deceased"
    breaches: list[tuple[date, Breach]] = [(a.at.date(), "new_offense") for a in arrests if rng.random() < 0.6]
    day = max(term.started, start) + timedelta(days=1 + int(rng.expovariate(_BREACHES / 365)))
    while day < last:
        breaches.append((day, "technical"))
        day += timedelta(days=1 + int(rng.expovariate(_BREACHES / 365)))
    if rng.random() < _ABSCONDS:
        breaches.append((max(term.started, start) + timedelta(days=rng.randrange(5, 170)), "absconding"))
    found: list[Violation] = []
    absconded = None
    for day, breach in sorted(breaches):
        if not (term.started < day < last) or day >= end or absconded:
            continue
        violation = _answered(rng, term, day, breach)
        found.append(violation)
        absconded = day if breach == "absconding" else None
        if violation.answer == "revocation" and violation.answered and violation.answered <= last:
            last, how, absconded = violation.answered, "revoked", None
            break
    if absconded and how == "completed":
        return replace(term, absconded=absconded), found
    return replace(term, ended=last, how=how), found


def _answered(rng: Random, term: Term, day: date, breach: Breach) -> Violation:
    detected = day + timedelta(days=0 if rng.random() < 0.4 else int(rng.expovariate(1 / 6)))
    made = Violation(term.number, day, detected, breach, rng.randrange(4))
    if rng.random() < _UNANSWERED:
        return made
    answer = rng.choices([a for a, _ in _ANSWERS[breach]], [w for _, w in _ANSWERS[breach]])[0]
    lag = 0 if rng.random() < 0.25 else int(rng.expovariate(1 / 7))
    days = rng.randrange(2, 16) if answer == "custody" else 0
    return replace(made, answer=answer, answered=detected + timedelta(days=lag), days=days)
