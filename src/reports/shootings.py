"""Shootings of one place by month, as far as a publication tells, and sums over twelve months."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from reports.source import Source

MONTHS = "marts.mart_gvi__shootings_by_area_month"
TO_DATE = "marts.mart_gvi__shootings_to_date"
REPORTING = "marts.mart_gvi__shooting_reporting"
COUNTS = ("incidents", "victims", "fatal_victims")


@dataclass(frozen=True)
class Month:
    """One whole calendar month; a count is None where it was left out because it is small."""

    month: date
    incidents: int | None
    victims: int | None
    fatal_victims: int | None


def places(source: Source) -> list[str]:
    """The jurisdictions of which shootings are known."""
    if MONTHS not in source.tables:
        return []
    return [row["id"] for row in source.ask(f"select distinct jurisdiction_id as id from {MONTHS} order by id")]


def name_of(source: Source, jurisdiction_id: str) -> str:
    """What people call a jurisdiction."""
    sql = "select jurisdiction_name as name from reference.jurisdiction where jurisdiction_id = ?"
    found = source.ask(sql, jurisdiction_id) if "reference.jurisdiction" in source.tables else []
    return str(found[0]["name"]) if found else jurisdiction_id


def known_on(source: Source, jurisdiction_id: str) -> date | None:
    """The last local day that the newest delivery speaks for; None where the publication does not tell days."""
    if TO_DATE not in source.tables:
        return None
    found = source.ask(f"select max(known_on) as day from {TO_DATE} where jurisdiction_id = ?", jurisdiction_id)
    return found[0]["day"] if found else None


def whole_months(source: Source, jurisdiction_id: str, area: str | None = None) -> list[Month]:
    """Every whole month, those without a shooting too; the first is left out, for the feed may begin within it.

    Where the publication does not tell days, the newest month with a shooting counts as begun only.
    """
    rows = {row["month"]: row for row in _rows(source, jurisdiction_id, area)}
    bounds = {row["month"] for row in _rows(source, jurisdiction_id, None)} if area else set(rows)
    if not bounds:
        return []
    last_day = known_on(source, jurisdiction_id)
    end = max(bounds) if last_day is None else (last_day + timedelta(days=1)).replace(day=1)
    found, month = [], following(min(bounds))
    while month < end:
        row = rows.get(month, dict.fromkeys(COUNTS, 0))
        found.append(Month(month, *(row[name] for name in COUNTS)))
        month = following(month)
    return found


def _rows(source: Source, jurisdiction_id: str, area: str | None) -> list[dict[str, Any]]:
    """Counts by month: of an area, or of the whole jurisdiction."""
    totals = f"{MONTHS}__totals"
    if area is not None:
        sql = f"select month, {', '.join(COUNTS)} from {MONTHS} where jurisdiction_id = ? and area_id = ?"
        return source.ask(sql, jurisdiction_id, area)
    if totals in source.tables:  # areas whose numbers were left out do not add up
        sql = f"select month, {', '.join(COUNTS)} from {totals} where jurisdiction_id = ? and area_id is null"
        return source.ask(f"{sql} and month is not null", jurisdiction_id)
    summed = ", ".join(f"cast(sum({name}) as bigint) as {name}" for name in COUNTS)
    return source.ask(f"select month, {summed} from {MONTHS} where jurisdiction_id = ? group by month", jurisdiction_id)


def all_time(source: Source, jurisdiction_id: str) -> int | None:
    """People shot in all months, begun ones too, as a suppressed publication adds them up; None where left out."""
    sql = f"select victims from {MONTHS}__totals where jurisdiction_id = ? and area_id is null and month is null"
    found = source.ask(sql, jurisdiction_id)
    return found[0]["victims"] if found else None


def areas(source: Source, jurisdiction_id: str) -> list[str]:
    """The areas of a jurisdiction, as recorded."""
    sql = f"select distinct area_id as id from {MONTHS} where jurisdiction_id = ? order by id"
    return [row["id"] for row in source.ask(sql, jurisdiction_id)]


def twelve_month_sums(months: Sequence[Month]) -> list[Month]:
    """Sums over each month and the eleven before it; None where one of them was left out."""
    found = []
    for place in range(11, len(months)):
        year = months[place - 11 : place + 1]
        found.append(Month(months[place].month, *(total(getattr(m, name) for m in year) for name in COUNTS)))
    return found


def total(values: Iterable[int | None]) -> int | None:
    """The sum, or None where a part is missing."""
    parts = list(values)
    return None if None in parts else sum(part or 0 for part in parts)


def following(month: date) -> date:
    """The first day of the next month."""
    return (month + timedelta(days=31)).replace(day=1)
