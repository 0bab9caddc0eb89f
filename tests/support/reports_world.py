"""A world for the reports: cities with years of shootings that are told late, a prison with a unit that gets worse,
and a feed that breaks rules. What the pages must say is counted from these rows, never from the warehouse."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from ingest.api import active_change_sets, drain, fetch
from support import world as small
from support.warehouse_world import SHOOTINGS, VICTIMS_ONLY, World, make_world, write_feed

CITY, QUIET_CITY, PRISON = "us_aa_first", "us_bb_second", "us_cc_third"
CUSTODY = f"{PRISON}/custody"
#: Deliveries are known at midnight UTC, 19:00 or 20:00 in New York: they speak for the day on which they come.
FIRST_KNOWN, LAST_KNOWN = date(2024, 1, 1), date(2024, 6, 17)
FIRST_SHOOTING = date(2021, 11, 8)
#: Weeks after which a shooting is told, as likely as they are often here.
LAGS = (0, 0, 0, 0, 1, 1, 2, 4)
UNITS = (("F1", "U1"), ("F1", "U2"), ("F2", None))
PRISON_MONTHS = [date(2022 + (8 + n) // 12, (8 + n) % 12 + 1, 1) for n in range(21)]  # September 2022 to May 2024
#: A month in which unit U2 was counted on ten days only.
UNCOUNTED = date(2024, 3, 1)


@dataclass(frozen=True)
class Victim:
    """One person shot, and the day of the delivery that told first."""

    city: str
    incident: str
    area: str
    day: date
    is_fatal: bool
    told_on: date


@dataclass
class Truth:
    """What happened in the world."""

    victims: list[Victim] = field(default_factory=list)
    incidents: Counter[tuple[str | None, str | None, date]] = field(default_factory=Counter)
    """Prison incidents by facility, unit and month."""
    people: dict[tuple[str | None, str | None, date], list[int]] = field(default_factory=dict)
    """People counted on each day, by facility, unit and month."""


def make_reports_world(home: Path) -> tuple[World, Truth]:
    """The world, not built yet, and what happened in it."""
    world, truth, chance = make_world(home), Truth(), random.Random(20240617)
    world.counter = 1_000  # above the change sets of the feed that is really ingested
    for city, feed_id, often in ((CITY, SHOOTINGS, 2), (QUIET_CITY, VICTIMS_ONLY, 0.06)):
        _shootings(world, truth, chance, city, feed_id, often)
    _prison(world, truth, chance)
    small.write_feed(world.settings)
    small.drop(world.settings, "a.csv", small.rows("1,2024-01-01,30", "2,2024-01-02,31", "3,not a day,32", "4,,33"))
    fetch(world.settings, "us_test/arrest")
    drain(world.settings, "us_test/arrest")
    world.active += active_change_sets(world.settings)  # type: ignore[arg-type]
    return world, truth


def _shootings(world: World, truth: Truth, chance: random.Random, city: str, feed_id: str, often: float) -> None:
    """``often`` is the mean number of incidents a day, up to three. The quiet city delivers once, the other weekly."""
    every_week = [FIRST_KNOWN + timedelta(weeks=n) for n in range(25)]
    deliveries: dict[date, list[Victim]] = {day: [] for day in (every_week if city == CITY else every_week[-1:])}
    for number in range((LAST_KNOWN - FIRST_SHOOTING).days + 1):
        day = FIRST_SHOOTING + timedelta(days=number)
        for place in range(3):
            if chance.random() > often / 3 * (0.7 if day.year == 2024 else 1.0):
                continue
            area = chance.choice(["North", "South", "Harbor"])
            told = day + timedelta(weeks=chance.choice(LAGS), days=chance.randint(0, 3))
            told_on = min((known for known in deliveries if known >= told), default=None)
            for _ in range(chance.choice([1, 1, 1, 2])):
                if told_on:
                    victim = Victim(city, f"{city}-{number}-{place}", area, day, chance.random() < 0.25, told_on)
                    deliveries[told_on].append(victim)
    for known_on, victims in deliveries.items():
        truth.victims += victims
        rows = {"shooting_victim": [_victim_row(victim, n) for n, victim in enumerate(victims)]}
        if feed_id == SHOOTINGS:
            firsts = {victim.incident: victim for victim in reversed(victims)}
            rows["shooting_incident"] = [_incident_row(victim) for victim in firsts.values()]
            rows["shooting_suspect"] = []
        world.deliver(feed_id, (known_on - FIRST_KNOWN).days + 1, rows)


def _victim_row(victim: Victim, number: int) -> dict[str, Any]:
    row = _incident_row(victim) | {"record_key": f"v-{victim.incident}-{number}", "is_fatal": victim.is_fatal}
    return row | {"victim_last_name": "Zzyzxsson", "victim_first_name": "Quillon"}


def _incident_row(victim: Victim) -> dict[str, Any]:
    local = datetime(victim.day.year, victim.day.month, victim.day.day, 17, 45)
    row = {
        "op": "insert",
        "record_key": f"i-{victim.incident}",
        "incident_key": victim.incident,
        "area_id": victim.area,
    }
    return row | {"incident_id": victim.incident, "occurred_at_local": local, "occurred_at": local + timedelta(hours=5)}


def _prison(world: World, truth: Truth, chance: random.Random) -> None:
    write_feed(world.settings, CUSTODY, ["prison_incident", "prison_incident_person", "custody_census"])
    days = [PRISON_MONTHS[0] + timedelta(days=n) for n in range((date(2024, 5, 31) - PRISON_MONTHS[0]).days + 1)]
    census, incidents = [], []
    for facility, unit in UNITS:
        for day in days:
            month = day.replace(day=1)
            if (unit, month) == ("U2", UNCOUNTED) and day.day > 10:
                continue
            people = 80 + chance.randint(-3, 3)
            truth.people.setdefault((facility, unit, month), []).append(people)
            census.append({"op": "insert", "record_key": f"c{len(census)}", "snapshot_on": day, "facility_id": facility, "unit_id": unit, "people_count": people})  # fmt: skip
            worse = unit == "U2" and month >= date(2024, 4, 1)
            if chance.random() < (0.7 if worse else 0.1):
                moment = datetime(day.year, day.month, day.day, 12, 30)
                key = f"p{len(incidents)}"
                truth.incidents[facility, unit, month] += 1
                incidents.append({"op": "insert", "record_key": key, "prison_incident_key": key, "incident_id": key, "facility_id": facility, "unit_id": unit, "occurred_at_local": moment, "occurred_at": moment + timedelta(hours=5), "source_class": "Fight", "participant_count": 2})  # fmt: skip
    nothing: dict[str, list[dict[str, Any]]] = {
        "prison_incident": [],
        "prison_incident_person": [],
        "custody_census": [],
    }
    world.deliver(CUSTODY, (PRISON_MONTHS[0] - FIRST_KNOWN).days, nothing)
    world.deliver(CUSTODY, (date(2024, 6, 1) - FIRST_KNOWN).days, {**nothing, "prison_incident": incidents, "custody_census": census})  # fmt: skip
