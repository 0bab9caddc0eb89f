"""Random movements and stays in custody as records, and how long people were where by walking through them one by one."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

Spot = tuple[str, str | None, str | None]
Place = tuple[str | None, str | None]
NOWHERE: Place = (None, None)
UNITS: list[Place] = [("F1", "U1"), ("F1", "U2"), ("F2", "U1"), ("F1", "R")]
#: Reason as recorded -> what it means; None where no rule reads it.
REASONS: dict[str | None, str | None] = {
    "Admission": "admission",
    "Bed assignment": "housing_change",
    "Placed in RHU": "restrictive_in",
    "Release from RHU": "restrictive_out",
    "Court trip": "court",
    "Return from hospital": "medical",
    "Zzz": None,
    None: None,
    "Discharged": "release",
}
TRIPS = ("Court trip", "Return from hospital")
BEGAN = datetime(2024, 1, 1)


def movements(chance: random.Random, days: int) -> list[dict[str, Any]]:
    """Forty people who come, are moved, make trips and may leave; now and then a movement that nobody recorded."""
    found: list[dict[str, Any]] = []
    for number in range(40):
        at, here = BEGAN + timedelta(minutes=chance.randrange(days * 1440)), NOWHERE
        reason: str | None = "Admission"
        back: Place | None = None
        while at < BEGAN + timedelta(days=days):
            there = back or _goes(chance, reason, here)
            row = {"movement_id": f"m{len(found)}", "booking_id": f"b{number}", "booking_key": f"kb{number}"}
            row |= {"moved_at_local": at, "moved_at": at + timedelta(hours=5), "movement_reason": reason}
            row |= dict(
                zip(("from_facility_id", "from_unit_id", "to_facility_id", "to_unit_id"), here + there, strict=True)
            )
            if chance.random() < 0.97:
                found.append(row)
            if reason == "Discharged":
                break
            back = here if reason in TRIPS and back is None and chance.random() < 0.7 else None
            here, at = there, at + timedelta(minutes=chance.randrange(1, (5 if back else 20) * 1440))
            others = [*REASONS, "Bed assignment", "Placed in RHU", "Placed in RHU", "Release from RHU"][1:]
            reason = chance.choice([*TRIPS, None] if back else others)
    return found


def _goes(chance: random.Random, reason: str | None, here: Place) -> Place:
    if reason == "Discharged":
        return NOWHERE
    return here if chance.random() < 0.2 and here != NOWHERE else chance.choice(UNITS)


def stays(chance: random.Random, days: int) -> list[dict[str, Any]]:
    """Stays in units, some without an end, some with an end before they begin."""
    found = []
    for number in range(60):
        at = BEGAN + timedelta(minutes=chance.randrange(-30 * 1440, days * 1440))
        left = chance.choice([None, at + timedelta(minutes=chance.randrange(-60, 40 * 1440))])
        facility, unit = chance.choice(UNITS)
        row = {
            "stay_id": f"s{number}",
            "facility_id": facility,
            "unit_id": unit,
            "admitted_at_local": at,
            "admitted_at": at,
        }
        found.append(
            row | {"released_at_local": left, "released_at": left, "admission_reason": chance.choice(list(REASONS))}
        )
    return found


#: Who, where, from when, until when, and the reason that counts ("unknown" where none tells).
Stretch = tuple[str, str, str, datetime, datetime, str]


def walked(rows: list[dict[str, Any]], end: datetime) -> Iterator[Stretch]:
    """What movements say, person by person."""
    people = defaultdict(list)
    for row in sorted(rows, key=lambda row: row["moved_at_local"]):
        people[row["booking_id"]].append(row)
    for person, own in people.items():
        walk = Walk()
        for row, following in pairwise([*own, None]):
            assert row is not None
            here = (row["to_facility_id"], row["to_unit_id"])
            counts = walk.moved(row)
            until = following["moved_at_local"] if following else end
            if following and (following["from_facility_id"], following["from_unit_id"]) != here:
                counts, walk.in_doubt, walk.is_missing = "unknown", True, True
            if here[0] is not None:
                yield person, *here, row["moved_at_local"], min(until, end), counts


class Walk:
    """One person's way: what the last placement was for, and whether the person is away from it on a trip."""

    def __init__(self) -> None:
        self.home: Place | None = None
        self.code = self.last = "unknown"
        self.left: datetime | None = None
        self.in_doubt = self.is_missing = False
        self.before: str | None = None
        self.is_first = True

    def moved(self, row: dict[str, Any]) -> str:
        """The reason that counts from this movement on."""
        code = REASONS[row["movement_reason"]]
        came, here = (row["from_facility_id"], row["from_unit_id"]), (row["to_facility_id"], row["to_unit_id"])
        turns = code in ("restrictive_in", "restrictive_out") or came != here
        travels = code in ("court", "medical") and not (self.is_first and came == NOWHERE)
        travels |= code is None and self.before in ("court", "medical")
        self.before, self.is_first = code, False
        if turns:
            self.last = code or "unknown"
        if turns and not travels:
            self.home, self.code, self.left = here, code or "unknown", None
            self.in_doubt = self.is_missing = False
        if self.home is None:
            return "unknown"
        if here != self.home:
            self.left = self.left or row["moved_at_local"]
            # back in a unit into which no movement led: why, nobody said
            return "unknown" if self.is_missing and self.last in ("court", "medical") else self.last
        self.in_doubt |= self.left is not None and row["moved_at_local"] - self.left > timedelta(days=3)
        self.left = None
        return "unknown" if self.in_doubt and self.code == "restrictive_in" else self.code


def stayed(rows: list[dict[str, Any]], end: datetime) -> Iterator[Stretch]:
    """What stays say; without links everybody stays once."""
    for row in rows:
        until = min(row["released_at_local"] or end, end)
        code = REASONS[row["admission_reason"]] or "unknown"
        yield row["stay_id"], row["facility_id"], row["unit_id"], row["admitted_at_local"], until, code


def exposure(stretches: list[Stretch], known_on: date) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """(level, facility, unit, month) -> days known, days there, restrictive days and people, days of which nothing tells."""
    lasting = [s for s in stretches if s[4] > s[3]]
    cells: dict[tuple[Any, ...], list[tuple[str, int, str]]] = defaultdict(list)
    month = _after(min(s[4] for s in lasting))
    while month.date() <= known_on:
        for person, facility, unit, began, left, reason in lasting:
            minutes = (min(left, _after(month)) - max(began, month)) // timedelta(minutes=1)
            if minutes > 0:
                for spot in (("system", None, None), ("facility", facility, None), ("unit", facility, unit)):
                    cells[(*spot, month.date())].append((person, minutes, reason))
        month = _after(month)
    return {cell: _summed(rows, cell[3], known_on) for cell, rows in cells.items()}


def _summed(rows: list[tuple[str, int, str]], month: date, known_on: date) -> tuple[Any, ...]:
    whole = (_after(datetime(month.year, month.month, 1)).date() - month).days
    known = min(whole, (known_on - month).days + 1)
    everything, unread, restrictive = (
        sum(minutes for _, minutes, reason in rows if reason in wanted or wanted == {"*"})
        for wanted in ({"*"}, {"unknown"}, {"restrictive_in"})
    )
    isolated = {person for person, _, reason in rows if reason == "restrictive_in"}
    enough = known >= 0.8 * whole and unread <= 0.2 * everything
    shown = (restrictive / 1440, len(isolated), 100 * restrictive / everything) if enough else (None, None, None)
    return known, everything / 1440, unread / 1440, *shown


def _after(month: datetime) -> datetime:
    """The first moment of the next month."""
    return (month.replace(day=1, hour=0, minute=0) + timedelta(days=32)).replace(day=1)
