"""From terms and violations to the rows that a probation office keeps, with ends and answers that come later."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from simulator.agencies import probation
from simulator.departments import Office
from simulator.entries import Entry, known_on, lived
from simulator.forms import Form
from simulator.places import RIVERMOUTH
from simulator.recording import Facts, describe
from simulator.supervision import Supervision, Term, Violation

_MX_OFFENSE = {"prior case": "Causa previa"}


def term_number(office: Office, term: Term) -> str:
    """The office's number of a term."""
    if office.jurisdiction_id == RIVERMOUTH:
        return f"{term.started.year % 100}-PB-{term.number:05d}"
    return f"UMECA/{term.number:05d}/{term.started.year}"


def term_entries(seed: int, form: Form, told: Supervision) -> list[Entry]:
    """One row per term; its status and end become known when they come about."""
    rng = Random(f"{seed}/{form.feed_id}")
    found = []
    for term in told.terms:
        facts = _term(rng, told.office, term)
        entry = Entry(term.number, term.started, facts["number"], [(known_on(rng, term.started), facts)])
        words = probation.STATUS[told.office.jurisdiction_id]
        if term.absconded:
            _then(rng, entry, term.absconded, {"status": words["absconded"]})
        if term.ended and term.how:
            _then(rng, entry, term.ended, {"ended": term.ended, "status": words[term.how]})
        found.append(lived(rng, form, entry))
    return found


def _term(rng: Random, office: Office, term: Term) -> Facts:
    place = office.jurisdiction_id
    return {
        "number": term_number(office, term), "at": datetime(term.started.year, term.started.month, term.started.day),
        "on": term.started, "ended": None, "kind": office.terms[term.kind], "level": office.levels[term.level],
        "status": probation.STATUS[place][""], "area": term.area, "officer": f"{place[-2:].upper()}{term.officer:03d}",
        "offense": _MX_OFFENSE.get(term.offense, term.offense) if place != RIVERMOUTH else term.offense.upper(),
        "person": term.person.person_id, "junk": "none", "secret": f"{rng.randrange(10000):04d}",
        **describe(rng, term.person, term.started, probation.HABITS[place]),
    }  # fmt: skip


def _then(rng: Random, entry: Entry, day: date, change: Facts) -> None:
    """What a day brought, known soon after it; at once where the row itself came later."""
    since, facts = entry.versions[-1]
    known = day + timedelta(days=rng.randrange(0, 6))
    if known <= since:
        entry.versions[-1] = (since, facts | change)
    else:
        entry.versions.append((known, facts | change))


def violation_entries(seed: int, form: Form, told: Supervision) -> list[Entry]:
    """One row per violation, written when it was detected and completed when it was answered."""
    rng = Random(f"{seed}/{form.feed_id}")
    terms = {term.number: term for term in told.terms}
    found = []
    for number, violation in enumerate(sorted(told.violations, key=lambda v: (v.detected, v.term, v.on)), start=1):
        facts = _violation(told.office, terms[violation.term], violation, number)
        entry = Entry(number, violation.on, facts["number"], [(known_on(rng, violation.detected), facts)])
        if violation.answer and violation.answered:
            answer: Facts = {
                "answer": probation.ANSWERS[violation.answer], "answered": violation.answered,
                "days": violation.days or None,
            }  # fmt: skip
            _then(rng, entry, violation.answered, answer)
        found.append(lived(rng, form, entry))
    return found


def _violation(office: Office, term: Term, violation: Violation, number: int) -> Facts:
    on = violation.on
    return {
        "number": f"INC-{number:05d}", "term": term_number(office, term), "at": datetime(on.year, on.month, on.day),
        "on": on, "detected": violation.detected, "breach": probation.BREACHES[violation.breach],
        "source": office.texts[violation.text], "answer": None, "answered": None, "days": None,
        "person": term.person.person_id, "junk": "7",
    }  # fmt: skip
