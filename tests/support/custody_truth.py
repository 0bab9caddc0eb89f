"""Rates of prison violence by slow counting, one place, month and class at a time."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from support.custody_world import CLASS_CODES, CLASSES, PARTS, WEAPONS, Place, month_days

Spot = tuple[str, str | None, str | None]


def people_of(place: Place, incident: dict[str, Any]) -> tuple[int | None, int | None]:
    """Participants and victims of an incident; None where they are unknown."""
    texts = [p["involvement"] for p in place.people if p["prison_incident_key"] == incident["prison_incident_key"]]
    parts = [PARTS[text] for text in texts]
    attacked = "assault_on_staff" in CLASSES[incident["source_class"]][0]
    read = [{"s": "v" if attacked else "n"}.get(part, part) for part in parts]
    took_part = sum(part in "vp?" for part in read) if read else None
    victims = None if not read or "?" in read else read.count("v")
    counted = incident["participant_count"]
    return (counted if counted is not None else took_part), victims


def classes_of(incident: dict[str, Any], participants: int | None) -> set[str]:
    """Every class that holds of an incident."""
    named, crowd_counts, is_violent = CLASSES[incident["source_class"]]
    found = set(named)
    if crowd_counts and participants is not None and participants >= 3:
        found.add("multi_person_fight")
    if is_violent and WEAPONS[incident["weapon"]]:
        found.add("assault_with_weapon")
    return {"all", *(found or {"other"})}


def spots(facility: str | None, unit: str | None) -> list[Spot]:
    """The levels at which something in a facility and unit counts."""
    found: list[Spot] = [("system", None, None)]
    if facility is not None:
        found.append(("facility", facility, None))
    if unit is not None:
        found.append(("unit", facility, unit))
    return found


def whole_days(place: Place) -> dict[Spot, dict[date, int]]:
    """People by day at each level, on the days on which no part was left out."""
    counts: dict[tuple[Any, Any], dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for row in place.census:
        counts[row["facility_id"], row["unit_id"]][row["snapshot_on"]] += row["people_count"]
    seen = {day for days in counts.values() for day in days}
    found: dict[Spot, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    spoilt = set()
    for (facility, unit), days in counts.items():
        for day in seen:
            for spot in spots(facility, unit):
                if day in days:
                    found[spot][day] += days[day]
                elif min(days) < day < max(days) and sum(days.values()) / len(days) > 14:
                    spoilt.add((spot, day))
    return {spot: {d: n for d, n in days.items() if (spot, d) not in spoilt} for spot, days in found.items()}


def spoken_days(place: Place) -> dict[date, int]:
    """Months of which the incidents speak, with the days that are known."""
    months = [i["occurred_at_local"].date().replace(day=1) for i in place.incidents]
    span, month = [], min(months)
    while month <= max(months):
        span.append(month)
        month = (month + timedelta(days=31)).replace(day=1)
    usual, found, month = len(months) / len(span), {}, min(months)
    while month <= place.known_on:
        if month in months or usual <= 14:
            found[month] = sum(day <= place.known_on for day in month_days(month))
        month = (month + timedelta(days=31)).replace(day=1)
    return found


def rates(place: Place) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """(level, facility, unit, month, class) -> incidents, participants, victims, adp, days observed, three rates."""
    told: dict[tuple[Any, ...], list[tuple[int | None, int | None]]] = defaultdict(list)
    for incident in place.incidents:
        people = people_of(place, incident)
        month = incident["occurred_at_local"].date().replace(day=1)
        for spot in spots(incident["facility_id"], incident["unit_id"]):
            for code in classes_of(incident, people[0]):
                told[(*spot, month, code)].append(people)
    custody, spoken = whole_days(place), spoken_days(place)
    cells = {(*spot, month) for *spot, month, _ in told}
    cells |= {(*spot, day.replace(day=1)) for spot, days in custody.items() for day in days}
    codes = ["all", *(code for code in CLASS_CODES if any(key[4] == code for key in told))]
    return {
        (*cell, code): _rate(told.get((*cell, code), []), custody.get(cell[:3], {}), spoken.get(cell[3], 0), cell[3])  # type: ignore[call-overload, arg-type]
        for cell in cells
        for code in codes
    }


def _rate(
    people: list[tuple[int | None, int | None]], custody: dict[date, int], spoken: int, month: date
) -> tuple[Any, ...]:
    days = month_days(month)
    counts = [custody[day] for day in days if day in custody]
    adp = sum(counts) / len(counts) if counts else None
    if not spoken:
        return None, None, None, adp, len(counts), None, None, None
    participants, victims = ([n for n in column if n is not None] for column in (zip(*people) if people else ((), ())))
    totals = [len(people), *(sum(known) if known or not people else None for known in (participants, victims))]
    enough = adp and len(counts) >= 0.8 * len(days) and spoken >= 0.8 * len(days)
    known = [True, len(participants) == len(people), len(victims) == len(people)]
    three = [100 * n / adp if enough and k and n is not None else None for n, k in zip(totals, known, strict=True)]
    return (*totals, adp, len(counts), *three)
