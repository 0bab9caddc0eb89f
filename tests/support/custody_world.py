"""Random prisons, jails and probation offices as change sets, and the marts about them by slow counting.

Nothing here knows the warehouse's SQL or its rules' patterns: what a text means is said beside the text.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from support.movement_world import movements, stays
from support.warehouse_world import START, World, write_feed

ZONE = ZoneInfo("America/New_York")
KINDS = [
    "prison_incident",
    "prison_incident_person",
    "custody_census",
    "probation_term",
    "probation_violation",
    "prison_movement",
    "custody_stay",
]
#: Recorded class -> (classes that hold by the text alone, whether a crowd makes it a fight of many, whether it is violence).
CLASSES: dict[str | None, tuple[set[str], bool, bool]] = {
    "Fight": ({"fight"}, True, True),
    "INMATE FIGHT": ({"fight"}, True, True),
    "Riña": ({"fight"}, True, True),
    "Riña tumultuaria": ({"fight", "multi_person_fight"}, True, True),
    "Riot": ({"multi_person_fight"}, True, True),
    "Assault on staff": ({"assault_on_staff"}, False, True),
    "Agresión al personal de custodia": ({"assault_on_staff"}, False, True),
    "Assault by staff": (set(), False, True),
    "Inmate assault": (set(), False, True),
    "Stabbing": ({"assault_with_weapon"}, False, False),
    "Possession of a weapon": (set(), False, False),
    "Bathroom in a marina": (set(), False, False),
    None: (set(), False, False),
}
WEAPONS: dict[str | None, bool] = {
    "Shank": True,
    "Broom handle": True,
    "None": False,
    "Hands/fists": False,
    "NINGUNA": False,
    None: False,
}
#: Recorded part -> v(ictim), p(articipant), n(ot a part), s(taff), ? (unknown).
PARTS = {"Victim": "v", "VICTIMA": "v", "Staff victim": "v", "aggressor": "p", "Mutual combatant": "p", "Witness": "n", "Staff": "s", "Zzz": "?", None: "?"}  # fmt: skip
CLASS_CODES = ["assault_on_staff", "multi_person_fight", "assault_with_weapon", "fight", "other"]


@dataclass
class Place:
    """One jurisdiction: what it delivers, and until which local day that is known."""

    jurisdiction_id: str
    known_on: date
    first_known_on: date
    census: list[dict[str, Any]] = field(default_factory=list)
    incidents: list[dict[str, Any]] = field(default_factory=list)
    people: list[dict[str, Any]] = field(default_factory=list)
    terms: list[dict[str, Any]] = field(default_factory=list)
    violations: list[dict[str, Any]] = field(default_factory=list)
    movements: list[dict[str, Any]] = field(default_factory=list)
    stays: list[dict[str, Any]] = field(default_factory=list)


def make_place(world: World, name: str, seed: int, days: int | None = None) -> Place:
    """A jurisdiction with random habits, delivered to the world in one change set after an empty earlier one.

    With ``days`` it lasts so long and has counts of people in two facilities, and one
    month of unrest.
    """
    chance = random.Random(seed)
    feed_id = f"{name}/custody"
    write_feed(world.settings, feed_id, KINDS)
    is_long = days is not None
    days = days or chance.randint(70, 130)
    place = Place(name, _local_day(days), _local_day(40))
    units: list[tuple[str | None, str | None]] = chance.choice(
        [
            [(None, None)],
            [("F1", None), ("F2", None)],
            [("F1", "U1"), ("F1", "U2"), ("F2", "U1"), ("F2", None), (None, None)],
        ]
    )
    if is_long:
        units = [("F1", "U1"), ("F2", "U1"), ("F2", "U2")]
    _census(place, chance, units, days, as_list=chance.random() < 0.5 and not is_long)
    _incidents(place, chance, units, days)
    if is_long:
        _unrest(place, chance, days)
    _supervision(place, chance, days)
    walks = random.Random(f"{name}/movements")
    if seed % 3 != 1:
        place.movements = movements(walks, days)
    if seed % 3 != 0:
        place.stays = stays(walks, days)
    world.deliver(feed_id, 40, {})
    world.deliver(feed_id, days, {kind: _changes(name, rows) for kind, rows in zip(KINDS, (place.incidents, place.people, place.census, place.terms, place.violations, place.movements, place.stays), strict=True)})  # fmt: skip
    return place


def _local_day(days: int) -> date:
    known = START + timedelta(days=days)
    return (known.astimezone(ZONE) - timedelta(microseconds=1)).date()


def _changes(name: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"op": "insert", "record_key": f"{name}-{number}-{id(rows)}", **row} for number, row in enumerate(rows)]


def _census(place: Place, chance: random.Random, units: list[Any], days: int, as_list: bool) -> None:
    for facility, unit in units:
        size, absent = chance.choice([0, 3, 12, 14, 16, 40]), chance.choice([0.0, 0.03, 0.18, 0.22])
        for number in range(days):
            day = date(2024, 1, 1) + timedelta(days=number)
            if chance.random() < absent:
                continue
            people = max(0, size + chance.randint(-2, 2))
            row = {"snapshot_on": day, "facility_id": facility, "unit_id": unit}
            place.census += [{**row, "people_count": 1}] * people if as_list else [{**row, "people_count": people}]


def _incidents(place: Place, chance: random.Random, units: list[Any], days: int) -> None:
    number = 0
    for offset in range(days):
        day = date(2024, 1, 1) + timedelta(days=offset)
        if day.month == 2 and chance.random() < 0.97:
            continue
        for _ in range(chance.choice([0, 0, 1, 1, 2])):
            number += 1
            facility, unit = chance.choice([*units, (None, None)])
            moment = datetime(day.year, day.month, day.day, chance.randint(0, 23), 30)
            key = f"{place.jurisdiction_id}-i{number}"
            incident = {"prison_incident_key": key, "incident_id": key, "facility_id": facility, "unit_id": unit}
            incident |= {"occurred_at_local": moment, "occurred_at": moment + timedelta(hours=5)}
            incident |= {"source_class": chance.choice(list(CLASSES)), "weapon": chance.choice(list(WEAPONS))}
            incident["participant_count"] = chance.choice([None, 1, 2, 3, 7])
            place.incidents.append(incident)
            for _ in range(chance.choice([0, 1, 2, 4])):
                part = chance.choice(
                    list(PARTS) if chance.random() < 0.2 else ["Victim", "aggressor", "Witness", "Staff"]
                )
                place.people.append({"prison_incident_key": key, "incident_id": key, "involvement": part})


def _unrest(place: Place, chance: random.Random, days: int) -> None:
    """A month in which staff of one unit are attacked day after day."""
    for offset in range(days - 90, days - 60):
        for _ in range(2):
            key = f"{place.jurisdiction_id}-u{len(place.incidents)}"
            moment = datetime(2024, 1, 1, chance.randint(0, 23), 30) + timedelta(days=offset)
            incident = {"prison_incident_key": key, "incident_id": key, "facility_id": "F1", "unit_id": "U1"}
            incident |= {"occurred_at_local": moment, "occurred_at": moment + timedelta(hours=5)}
            incident |= {"source_class": "Assault on staff", "weapon": None, "participant_count": 2}
            place.incidents.append(incident)


def _supervision(place: Place, chance: random.Random, days: int) -> None:
    for number in range(60):
        start = date(2023, 11, 15) + timedelta(days=chance.randint(0, days + 40))
        if start > place.known_on:
            continue
        end = chance.choice([None, start, start + timedelta(days=chance.randint(-2, 120))])
        person = chance.choice([None, f"p{chance.randint(1, 15)}"])
        area = chance.choice(["North", "South", None])
        place.terms.append({"term_id": f"t{number}", "probation_term_key": f"k{number}", "started_on": start, "ended_on": end, "area_id": area, "client_local_id": person})  # fmt: skip
    answers = [
        ("Jail days", 5),
        ("Jail days", 1),
        ("Jail days", None),
        ("None", None),
        ("Warning", 0),
        ("Warning", None),
    ]
    answers += [("Pending", None), ("Revocation", None), ("Unknown", None), (None, None)]
    for number in range(60):
        day = date(2024, 1, 1) + timedelta(days=chance.randint(0, days - 2))
        response, custody = chance.choice(answers)
        kind = chance.choice(["technical", "new offense", None])
        detected = chance.choice([None, day, day + timedelta(days=2)])
        answered = chance.choice([None, *(day + timedelta(days=n) for n in (1, 2, 3, 4, 5, 6))])
        row = {"violation_id": f"v{number}", "term_id": "t1", "probation_term_key": "k1", "violated_on": day}
        row |= {"violation_type": kind, "response": response, "custody_days": custody}
        row |= {"detected_on": detected, "detected_on_precision": "day" if detected else "unknown"}
        row |= {"responded_on": answered, "responded_on_precision": "day" if answered else "unknown"}
        place.violations.append(row)


def month_days(month: date) -> list[date]:
    """All days of the month that begins on a day."""
    days = [month + timedelta(days=n) for n in range(31)]
    return [day for day in days if day.month == month.month]


def caseload(place: Place) -> dict[tuple[str, date], tuple[Any, ...]]:
    """(area, month) -> people and terms on the first day, average daily terms, starts, ends, days known, before the first delivery."""
    found = {}
    terms = [t for t in place.terms if t["ended_on"] is None or t["ended_on"] >= t["started_on"]]
    for area in {t["area_id"] for t in terms}:
        own = [t for t in terms if t["area_id"] == area]
        month = min(t["started_on"] for t in own).replace(day=1)
        while month <= place.known_on:
            days = [day for day in month_days(month) if day <= place.known_on]
            on = {
                day: [t for t in own if t["started_on"] <= day and (t["ended_on"] is None or day <= t["ended_on"])]
                for day in days
            }
            people = {t["client_local_id"] or t["term_id"] for t in on[month]}
            starts, ends = (sum(t[column] in days for t in own) for column in ("started_on", "ended_on"))
            average = sum(len(terms) for terms in on.values()) / len(days)
            before = month_days(month)[-1] < place.first_known_on
            found[area or "not recorded", month] = (
                len(people),
                len(on[month]),
                average,
                starts,
                ends,
                len(days),
                before,
            )
            month = (month + timedelta(days=31)).replace(day=1)
    return found


def violations(place: Place) -> dict[tuple[str, date], tuple[Any, ...]]:
    """(type, month) -> violations, with response, with custody, custody days."""
    cells = defaultdict(list)
    for row in place.violations:
        cells[row["violation_type"] or "not recorded", row["violated_on"].replace(day=1)].append(row)
    found = {}
    for cell, rows in cells.items():
        days = [row["custody_days"] for row in rows if row["custody_days"] is not None]
        texts = ("Jail days", "Warning", "Revocation", "Unknown")
        answered = sum(
            r["response"] in texts or (r["response"] is None and r["responded_on"] is not None) for r in rows
        )
        found[cell] = (len(rows), answered, sum(n > 0 for n in days), sum(days) if days else None)
    return found
