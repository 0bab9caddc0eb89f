"""From what the office did to the rows of its lists, each known soon after it happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from simulator.agencies import AGENCIES, practice
from simulator.enforcement import Action
from simulator.entries import Entry, known_on, lived
from simulator.forms import Form
from simulator.places import MILLBROOK
from simulator.practice import Contact, Practice, Referral, Relation, Review, Suspicion
from simulator.recording import Facts, describe

#: A row as it is first written, and what later days add to it.
Row = tuple[Facts, list[tuple[date, Facts]]]
_STATUS = {
    "closed": "Closed", "completed": "Completed", "started": "Active", "accepted": "Accepted", "contacted": "Contacted",
}  # fmt: skip


def practice_entries(seed: int, told: Practice) -> dict[str, list[Entry]]:
    """The rows of the five lists, by feed id."""
    makers: tuple[tuple[Form, Iterable[Any], Callable[[Random, int, Any], Row]], ...] = (
        (practice.ROSTER, told.roster, _suspicion),
        (practice.RELATIONS, told.relations, _relation),
        (practice.CONTACTS, told.contacts, _contact),
        (practice.REVIEWS, told.reviews, _review),
        (practice.REFERRALS, told.referrals, _referral),
    )
    return {form.feed_id: list_entries(seed, form, found, make) for form, found, make in makers}


def enforcement_entries(seed: int, told: list[Action]) -> dict[str, list[Entry]]:
    """The rows of the list of enforcement, by feed id."""
    form = practice.ENFORCEMENT
    return {form.feed_id: list_entries(seed, form, told, _action)}


def list_entries(seed: int, form: Form, found: Iterable[Any], make: Callable[[Random, int, Any], Row]) -> list[Entry]:
    """The rows of one list that an office keeps, numbered in the order of what happened."""
    rng = Random(f"{seed}/{form.feed_id}")
    entries = []
    for number, one in enumerate(found, start=1):
        facts, later = make(rng, number, one)
        entry = Entry(number, facts["on"], facts["number"], [(known_on(rng, facts["on"]), facts)])
        for day, change in later:
            since, newest = entry.versions[-1]
            if day <= since:
                entry.versions[-1] = (since, newest | change)
            else:
                entry.versions.append((day, newest | change))
        entries.append(lived(rng, form, entry))
    return entries


def on_day(day: date) -> Facts:
    """The facts that say when, and one that is never loaded."""
    return {"at": datetime(day.year, day.month, day.day), "on": day, "secret": "see file"}


def _short(group: str) -> str | None:
    """The office's short name of a group: G07."""
    return group.rpartition("/")[2] or None


def _suspicion(rng: Random, number: int, entry: Suspicion) -> Row:
    facts = {
        "number": f"R{number:04d}", "group": _short(entry.group), "group_name": f"Set {entry.group[-2:]}", "role": entry.role,
        "basis_kind": entry.basis, "basis": f"Named with this set in case file {rng.randrange(1000, 9999)}, see memo",
        "reviewed": None, "review": entry.review, "expires": entry.expires, "ended": None, "by": f"Officer {rng.randrange(9)}",
        "approved": "Supervisor 1" if rng.random() < 0.9 else None, "person": entry.person.person_id, **on_day(entry.entered),
        **describe(rng, entry.person, entry.entered, practice.HABITS),
    }  # fmt: skip
    facts["dob"] = facts["dob"] or entry.person.birth  # the office asks: an entry without it is refused
    later = [(day, {fact: day}) for fact, day in (("reviewed", entry.reviewed), ("ended", entry.ended)) if day]
    return facts, sorted(later, key=lambda change: change[0])


def _relation(rng: Random, number: int, relation: Relation) -> Row:
    facts = {
        "number": f"D{number:03d}", "group": _short(relation.group), "other": _short(relation.other),
        "relation": "Feud" if relation.kind == "dispute" else "Allied", "confirmed": None, "ended": None,
        "basis": f"Shooting review {rng.randrange(1, 60)}", **on_day(relation.since),
    }  # fmt: skip
    confirmed = relation.since + timedelta(days=rng.randrange(10, 60))
    later = [(confirmed, {"confirmed": confirmed})]
    return facts, later + ([(relation.until, {"ended": relation.until})] if relation.until else [])


def contact_number(contact: Contact) -> str:
    """The office's number of a person's contact."""
    return f"C{contact.number:05d}"


def _contact(rng: Random, number: int, contact: Contact) -> Row:
    there = contact.outcome == "reached"
    facts = {
        "number": contact_number(contact), "session": f"CI-{contact.session:02d}" if contact.session else None,
        "strategy": "GVI", "type": "Call-in" if contact.session else "Custom notification", "group": _short(contact.group),
        "outcome": contact.outcome.capitalize(), "supervised": contact.supervised, "law": True if there else None,
        "community": rng.random() < 0.8 if there else None, "offer": contact.offered if there else None,
        "uptake": contact.taken if contact.offered else None, "by": f"Team {rng.randrange(1, 4)}",
        "area": str(rng.randrange(1, 6)), "person": contact.person.person_id, **on_day(contact.on),
        **describe(rng, contact.person, contact.on, practice.HABITS),
    }  # fmt: skip
    return facts, []


def _review(rng: Random, number: int, review: Review) -> Row:
    shooting = review.shooting
    sides = {
        "victim_group": next((w.person.group for w in shooting.victims if w.person.group), ""),
        "suspect_group": next((p.group for p in shooting.suspects if p.group), ""),
    }
    named = {side: _short(group) for side, group in sides.items()}
    nobody: Facts = dict.fromkeys(sides)
    told = review.first in ("confirmed", "suspected")
    facts = {
        "number": f"SR-{number:04d}", "case": AGENCIES[MILLBROOK].case_number(review.number, shooting.at),
        "involved": review.first.capitalize(), "motive": "Group dispute" if shooting.feud and told else "Unknown",
        **(named if told else nobody), "retaliation": None if review.first == "unknown" else shooting.feud and told,
        "risk": rng.choice(("High", "Medium", "Low")), "basis": f"Detectives and outreach, meeting {rng.randrange(1, 60)}",
        "by": "Review team", **on_day(review.on),
    }  # fmt: skip
    if review.later is None or review.revised is None:
        return facts, []
    groups = named if review.later == "confirmed" else nobody
    return facts, [(review.revised, {"involved": review.later.capitalize(), **groups})]


def _referral(rng: Random, number: int, referral: Referral) -> Row:
    person = referral.contact.person
    facts: Facts = {
        "number": f"S{number:04d}", "contact": contact_number(referral.contact), "service": referral.service,
        "provider": f"Provider {rng.randrange(1, 5)}", **dict.fromkeys(_STATUS), "active": None, "status": "Referred",
        "person": person.person_id, **on_day(referral.on), **describe(rng, person, referral.on, practice.HABITS),
    }  # fmt: skip
    later = [(day, {step: day, "status": _STATUS[step]}) for step, day in referral.steps.items()]
    if "started" in referral.steps:
        seen = referral.steps["started"] + timedelta(days=rng.randrange(5, 30))
        later.append((seen, {"active": seen}))
    return facts, sorted(later, key=lambda change: change[0])


def _action(rng: Random, number: int, action: Action) -> Row:
    shooting = action.review.shooting
    facts = {
        "number": f"EA-{number:03d}", "group": _short(action.group), "kind": action.kind, "people": action.people,
        "case": AGENCIES[MILLBROOK].case_number(action.review.number, shooting.at), "ended": None, "area": shooting.area,
        "basis": f"Warned twice and shot again, see meeting {rng.randrange(1, 60)}", **on_day(action.on),
    }  # fmt: skip
    return facts, [(action.ended, {"ended": action.ended})] if action.ended else []


def practice_truth(told: Practice, enforcement: list[Action]) -> dict[str, Any]:
    """``practice.json``: what the office did, and what of it is true, without the way in which it was written down."""
    return {
        "roster": [{**_bare(entry), "person": entry.person.person_id} for entry in told.roster],
        "relations": [asdict(relation) for relation in told.relations],
        "contacts": [{**_bare(c), "number": contact_number(c), "person": c.person.person_id} for c in told.contacts],
        "reviews": [
            {"case": AGENCIES[MILLBROOK].case_number(r.number, r.shooting.at), "on": r.on, "involved": r.involved,
             "first": r.first, "later": r.later, "revised": r.revised, "feud": r.shooting.feud}
            for r in told.reviews
        ],
        "enforcement": [
            {"group": a.group.rpartition("/")[2], "on": a.on, "ended": a.ended, "kind": a.kind, "people": a.people}
            for a in enforcement
        ],
        "referrals": [
            {"contact": contact_number(r.contact), "person": r.contact.person.person_id, "service": r.service, "on": r.on,
             "steps": r.steps}
            for r in told.referrals
        ],
    }  # fmt: skip


def _bare(one: Suspicion | Contact) -> dict[str, Any]:
    return {name: value for name, value in vars(one).items() if name != "person"}
