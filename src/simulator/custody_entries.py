"""From what happened in prisons to the rows that a department of correction keeps, with findings that come later."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from simulator.agencies import ca_state, oh_state
from simulator.agencies.common import Codes
from simulator.custody import Custody, Stay
from simulator.entries import Entry, known_on, lived
from simulator.forms import Form
from simulator.incidents import Incident, Part
from simulator.population import Person
from simulator.recording import Facts, Habits, describe

_JUNK = {"junk": "1", "secret": "see file"}


def ca_entries(seed: int, custody: Custody) -> dict[str, list[Entry]]:
    """The rows of California's three feeds, by feed id."""
    return {
        ca_state.INCIDENTS.feed_id: _numbered(_wide(seed, custody)),
        ca_state.STAYS.feed_id: _numbered(_stays(seed, custody)),
        ca_state.CENSUS.feed_id: _numbered(_counts(seed, custody)),
    }


def oh_entries(seed: int, custody: Custody, days: Iterable[date]) -> dict[str, list[Entry]]:
    """The rows of Ohio's two feeds, by feed id; the roster is written on ``days`` only."""
    return {
        oh_state.INCIDENTS.feed_id: _numbered(_long(seed, custody)),
        oh_state.POPULATION.feed_id: _numbered(_roster(seed, custody, days)),
    }


def _numbered(entries: Iterable[Entry]) -> list[Entry]:
    found = list(entries)
    for number, entry in enumerate(found, start=1):
        entry.uid = number
    return found


def offender_number(habits: Habits, person: Person) -> str:
    """The department's own number of a person; no two people share one."""
    return f"{habits.prefix}{(int(person.person_id[1:]) * 7919 + 104729) % 10**6:06d}"


def _person(rng: Random, person: Person, day: date, habits: Habits) -> Facts:
    facts = describe(rng, person, day, habits)
    facts["local"] = offender_number(habits, person) if facts["local"] else None
    return facts


def _decided(rng: Random, form: Form, entry: Entry, late: date, later: Facts) -> Entry:
    """The row with what is found out later, and the corrections that follow."""
    since, facts = entry.versions[0]
    if any(facts.get(fact) != value for fact, value in later.items()):
        if late <= since:
            entry.versions = [(since, facts | later)]
        else:
            entry.versions.append((late, facts | later))
    return lived(rng, form, entry)


def _incident(rng: Random, incident: Incident, codes: Codes, number: str) -> Facts:
    return {
        "number": number, "at": incident.at, "on": incident.at.date(), "facility": incident.unit.facility,
        "unit": incident.unit.name, "what": codes.what[incident.what],
        "weapon": codes.weapon[incident.weapon] if incident.weapon else rng.choice(codes.unarmed),
        "linked": incident.group_linked, **_JUNK,
    }  # fmt: skip


def _verdict(part: Part, codes: Codes) -> Facts:
    """What is found about one person."""
    if part.guilty is None:
        return {"verdict": None, "days": None}
    return {"verdict": codes.finding[0 if part.guilty else 1], "days": part.days or None}


def _open(part: Part, codes: Codes) -> Facts:
    """What is written while nothing is found yet."""
    return {"verdict": codes.finding[2] if part.guilty is not None else None, "days": None}


def _wide(seed: int, custody: Custody) -> Iterable[Entry]:
    """One row per incident, its people side by side."""
    form, codes = ca_state.INCIDENTS, ca_state.CODES
    rng = Random(f"{seed}/{form.feed_id}")
    for incident in custody.incidents:
        day = incident.at.date()
        facts = _incident(rng, incident, codes, f"{incident.unit.facility}-{incident.at:%y%m}-{incident.number:04d}")
        facts |= {"injury": codes.injury[incident.injury], "participants": incident.participants, "finding": "PENDING"}
        later: Facts = {"finding": "UNSUBSTANTIATED"}
        for i, part in enumerate(incident.parts, start=1):
            facts |= _placed(_part(rng, part, day, codes, ca_state.HABITS), i)
            facts |= _placed(_open(part, codes), i)
            later |= _placed(_verdict(part, codes), i)
            later |= {"finding": "SUBSTANTIATED"} if part.guilty else {}
        entry = Entry(0, day, facts["number"], [(known_on(rng, day), facts)])
        yield _decided(rng, form, entry, day + timedelta(days=rng.randrange(8, 40)), later)


def _placed(facts: Facts, number: int) -> Facts:
    return {f"{name}_{number}": value for name, value in facts.items()}


def _part(rng: Random, part: Part, day: date, codes: Codes, habits: Habits) -> Facts:
    """One person's columns; staff are nobody's name."""
    facts: Facts = {"role": codes.role[part.role], "hurt": codes.injury[part.injury], "person": ""}
    if part.person is None:
        return facts
    return facts | {"person": part.person.person_id} | _person(rng, part.person, day, habits)


def _long(seed: int, custody: Custody) -> Iterable[Entry]:
    """One row per person and incident."""
    form, codes = oh_state.INCIDENTS, oh_state.CODES
    rng = Random(f"{seed}/{form.feed_id}")
    for incident in custody.incidents:
        day = incident.at.date()
        shared = _incident(rng, incident, codes, f"{incident.at.year}{incident.number:05d}")
        if rng.random() < 0.02:
            shared["facility"] = shared["unit"] = None
        known, decided = known_on(rng, day), day + timedelta(days=rng.randrange(8, 40))
        for i, part in enumerate(incident.parts, start=1):
            facts = {**shared, "person_no": i, **_part(rng, part, day, codes, oh_state.HABITS), **_open(part, codes)}
            since = known if i == 1 or rng.random() < 0.9 else known + timedelta(days=rng.randrange(5, 25))
            entry = Entry(0, day, shared["number"], [(since, facts)])
            yield _decided(rng, form, entry, decided, _verdict(part, codes))


def _stays(seed: int, custody: Custody) -> Iterable[Entry]:
    """One row per stay, open until the person has left the unit."""
    rng = Random(f"{seed}/{ca_state.STAYS.feed_id}")
    people: dict[int, Facts] = {}
    for stay in custody.stays:
        day = stay.admitted.date()
        if stay.booking not in people:
            people[stay.booking] = _person(rng, stay.spell.person, day, ca_state.HABITS)
        facts: Facts = {
            "number": f"M{stay.number:06d}", "at": stay.admitted, "on": day, "out": None, "facility": stay.unit.facility,
            "unit": stay.unit.name, "level": stay.unit.level, "reason_in": stay.reason, "reason_out": None,
            "person": stay.spell.person.person_id, **people[stay.booking], **_JUNK,
        }  # fmt: skip
        entry = Entry(0, day, facts["number"], [(known_on(rng, day), facts)])
        if stay.released is None:
            yield lived(rng, ca_state.STAYS, entry)
        else:
            seen = stay.released.date() + timedelta(days=rng.randrange(0, 3))
            later: Facts = {"out": stay.released, "reason_out": stay.left_for}
            yield _decided(rng, ca_state.STAYS, entry, seen, later)


def _counts(seed: int, custody: Custody) -> Iterable[Entry]:
    """One row per day and unit, but for the counts that nobody heard of."""
    rng = Random(f"{seed}/{ca_state.CENSUS.feed_id}")
    for (day, unit), people in custody.counts.items():
        if (day, unit) in custody.unheard:
            continue
        facts: Facts = {
            "at": datetime(day.year, day.month, day.day), "on": day, "day": day.isoformat(), "facility": unit.facility,
            "unit": unit.name, "people": people, "junk": "48",
        }  # fmt: skip
        late = rng.randrange(10, 40) if rng.random() < 0.02 else 1
        entry = Entry(0, day, f"{day}/{unit.facility}/{unit.name}", [(day + timedelta(days=late), facts)])
        if rng.random() < 0.01:
            found = facts | {"people": people + rng.choice((1, 2))}
            entry.versions = [(day + timedelta(days=late), found), (day + timedelta(days=late + 12), facts)]
        yield entry


def _roster(seed: int, custody: Custody, days: Iterable[date]) -> Iterable[Entry]:
    """One row per person in custody on each of the days."""
    rng = Random(f"{seed}/{oh_state.POPULATION.feed_id}")
    people: dict[int, Facts] = {}
    arrived: dict[int, datetime] = {}
    for stay in custody.stays:
        arrived.setdefault(stay.booking, stay.admitted)
    for day in days:
        for stay in custody.present(day):
            if stay.booking not in people:
                people[stay.booking] = _person(rng, stay.spell.person, day, oh_state.HABITS)
            yield _listed(rng, custody, stay, day, arrived[stay.booking], people[stay.booking])


def _listed(rng: Random, custody: Custody, stay: Stay, day: date, arrived: datetime, known: dict[str, Any]) -> Entry:
    person = stay.spell.person
    facts: Facts = {
        **known, "local_key": offender_number(oh_state.HABITS, person), "snapshot": day,
        "snapshot_text": f"{day:%Y%m%d}", "facility": stay.unit.facility, "unit": stay.unit.name,
        "level": stay.unit.level, "at": datetime(arrived.year, arrived.month, arrived.day),
        "offense": stay.spell.offense, "linked": bool(person.group), "person": person.person_id,
        "infraction": custody.blamed(stay, day), **_JUNK,
    }  # fmt: skip
    late = rng.randrange(12, 30) if rng.random() < 0.04 else 0
    return lived(rng, oh_state.POPULATION, Entry(0, day, facts["local_key"], [(day + timedelta(days=late), facts)]))
