"""From stays in a prison's units to the log of movements that a department keeps."""

from __future__ import annotations

from datetime import date
from random import Random

from simulator.agencies.oh_state import HABITS, MOVEMENTS, REASONS
from simulator.custody import Custody, Stay
from simulator.custody_entries import offender_number
from simulator.entries import Entry, known_on, lived
from simulator.recording import Facts, describe


def movement_entries(seed: int, custody: Custody) -> list[Entry]:
    """The rows of Ohio's log: one per admission, move and release, in the order of stays."""
    rng = Random(f"{seed}/{MOVEMENTS.feed_id}")
    found: list[Entry] = []
    before: dict[int, tuple[Stay, Facts]] = {}
    people: dict[int, Facts] = {}
    for stay in custody.stays:
        if stay.booking not in people:
            people[stay.booking] = _person(rng, stay, stay.admitted.date())
        left, cell = before.get(stay.booking, (None, {}))
        place = _place(rng, stay)
        here = {f"to_{name}": value for name, value in place.items()} | {"bunk": rng.choice(("U", "L", None))}
        facts = {"at": stay.admitted, "reason": REASONS[stay.reason], **_from(cell), **here}
        found.append(_entry(rng, len(found) + 1, stay, facts | people[stay.booking]))
        before[stay.booking] = (stay, place)
        assert left is None or left.released == stay.admitted  # a person is in one unit, then in the next
    for stay, place in before.values():
        if stay.released is not None:
            nowhere: Facts = {"to_facility": None, "to_unit": None, "to_cell": None, "bunk": None}
            facts = {"at": stay.released, "reason": REASONS["Released"], **_from(place), **nowhere}
            found.append(_entry(rng, len(found) + 1, stay, facts | people[stay.booking]))
    return found


def _place(rng: Random, stay: Stay) -> Facts:
    return {"facility": stay.unit.facility, "unit": stay.unit.name, "cell": f"{rng.randrange(1, 25):02d}"}


def _from(place: Facts) -> Facts:
    return {f"from_{name}": place.get(name) for name in ("facility", "unit", "cell")}


def _person(rng: Random, stay: Stay, day: date) -> Facts:
    person = stay.spell.person
    facts = describe(rng, person, day, HABITS)
    return facts | {"local": offender_number(HABITS, person) if facts["local"] else None, "person": person.person_id}


def _entry(rng: Random, number: int, stay: Stay, facts: Facts) -> Entry:
    day = facts["at"].date()
    shown = {**facts, "number": f"MV{number:06d}", "booking": f"B{stay.booking:05d}", "secret": "see file"}
    return lived(rng, MOVEMENTS, Entry(number, day, shown["number"], [(known_on(rng, day), shown)]))
