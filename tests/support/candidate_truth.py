"""Reasons of candidates by slow reading of the published facts, record by record; nothing here knows the mart's SQL.

What a disposition means is said beside its words; days are counted with the calendar of pandas.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from ingest.api import active_change_sets
from settings import Settings
from warehouse import api

#: First word of a disposition -> whether the charge still stands, and whether a court found it.
WORDS = {"Convicted": (True, True), "Pending": (True, False), "Dismissed": (False, False), "Nolle": (False, False)}
VIOLENT = {"homicide", "kidnapping", "robbery", "aggravated_assault", "weapons"}
COLUMNS = (
    "jurisdiction_id", "person_key", "criterion_code", "feed_id", "record_kind", "record_key", "evidence_on", "expires_on",
    "strength", "review_state", "route",
)  # fmt: skip


@dataclass(frozen=True)
class Record:
    """One record that may say something of a person."""

    kind: str
    row: Mapping[str, Any]
    criteria: tuple[tuple[str, str, int | None], ...]
    """Criterion, what it can do, and its months."""
    day: date
    until: date | None
    strength: str
    is_reviewed: bool = False


def told(settings: Settings) -> set[tuple[Any, ...]]:
    """The rows of the mart."""
    found = api.query(settings, f"select {', '.join(COLUMNS)} from marts.mart_gvi__candidate_reasons").rows
    rows = {tuple(row) for row in found}
    assert len(rows) == len(found), "a reason stands twice"
    return rows


def expected(settings: Settings) -> set[tuple[Any, ...]]:
    """The rows that the published facts make."""
    people = who_is(settings)
    places = known_on(settings, "jurisdiction_id")
    records = list(_records(settings))
    killed = {people.get(record.row["mention_key"]) for record in records if record.row.get("is_fatal")}
    found: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    gives: dict[tuple[str, str], set[str]] = {}
    for record in records:
        place, person = record.row["jurisdiction_id"], people.get(record.row["mention_key"])
        if person is None or person in killed or record.day > places[place]:
            continue
        for criterion, gift, months in record.criteria:
            ends = [record.until] if record.until else []
            if months:
                ends.append((pd.Timestamp(record.day) + pd.DateOffset(months=months)).date())
            if min(ends) > places[place]:
                row = (criterion, record.row["feed_id"], record.kind, record.row["record_key"], record.day, min(ends),
                       record.strength, "reviewed" if record.is_reviewed else "not_reviewed", gift)  # fmt: skip
                found.setdefault((place, person), []).append(row)
                gives.setdefault((place, person), set()).add(gift)
    shown = set()
    for key, rows in found.items():
        route = "candidate" if "candidate" in gives[key] else "service_only"
        shown |= {(*key, *row[:-1], route) for row in rows if route == "candidate" or row[-1] == "service"}
    return shown


def known_on(settings: Settings, by: str) -> dict[str, date]:
    """The last local day of which a place or feed speaks, from the ledger."""
    zones = {r["jurisdiction_id"]: ZoneInfo(r["time_zone"]) for r in rows_of(settings, "core.dim_jurisdiction")}
    days: dict[str, date] = {}
    for change_set in active_change_sets(settings):
        place = change_set.feed_id.partition("/")[0]
        local = change_set.known_at.astimezone(zones[place]) - timedelta(microseconds=1)
        key = place if by == "jurisdiction_id" else change_set.feed_id
        days[key] = max(days.get(key, local.date()), local.date())
    return days


def rows_of(settings: Settings, table: str) -> list[dict[str, Any]]:
    """The rows of a published table."""
    found = api.query(settings, f"select * from {table}")
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def who_is(settings: Settings) -> dict[str, str]:
    """Who each mention is, where nothing was merged on a doubt."""
    tables = ("core.person_membership", "core.person_membership_roster")
    rows = [row for table in tables for row in rows_of(settings, table)]
    return {r["mention_key"]: r["person_key"] for r in rows if r["grade"] == "action" and r["known_to"] is None}


def _records(settings: Settings) -> Iterator[Record]:
    yield from _entries(settings)
    yield from _shootings(settings)
    yield from _terms(settings)
    yield from _arrests(settings)


def _entries(settings: Settings) -> Iterator[Record]:
    for row in rows_of(settings, "core.fct_group_membership"):
        day, until = row["reviewed_on"] or row["valid_from"], min(row["valid_to"], row["review_on"])
        criteria = (("group_involvement", "candidate", None),)
        yield Record("group_roster", row, criteria, day, until, "suspicion", row["reviewed_on"] is not None)


def shooting_days(settings: Settings) -> dict[tuple[str, str], date]:
    """The local day of each shooting that is dated, by place and incident."""
    incidents, victims = rows_of(settings, "core.fct_shooting_incident"), rows_of(settings, "core.fct_shooting_victim")
    speaking = {row["feed_id"] for row in incidents}
    days: dict[tuple[str, str], date] = {}
    for row in [*incidents, *(v for v in victims if v["feed_id"] not in speaking)]:
        if row["occurred_at_local"] is not None:
            case = row["jurisdiction_id"], row["incident_key"]
            days[case] = min(days.get(case, date.max), row["occurred_at_local"].date())
    return days


def _shootings(settings: Settings) -> Iterator[Record]:
    victims, days = rows_of(settings, "core.fct_shooting_victim"), shooting_days(settings)
    reviewed = {(r["jurisdiction_id"], r["incident_key"]) for r in rows_of(settings, "core.fct_incident_review")}
    shot = (("recent_shooting", "service", 12), ("prior_victimization", "service", 36))
    suspected = (("recent_shooting", "candidate", 12),)
    suspects = rows_of(settings, "core.fct_shooting_suspect")
    for rows, kind, criteria, strength in (
        (victims, "shooting_victim", shot, "recorded"),
        (suspects, "shooting_suspect", suspected, "suspicion"),
    ):
        for row in rows:
            case = row["jurisdiction_id"], row["incident_key"]
            if case in days and (row.get("is_fatal") or not row["is_pending_correction"]):
                yield Record(kind, row, criteria, days[case], None, strength, case in reviewed)


def _terms(settings: Settings) -> Iterator[Record]:
    feeds = known_on(settings, "feed_id")
    groups = {row["offense_code"]: row["offense_group_code"] for row in rows_of(settings, "core.dim_offense")}
    for row in rows_of(settings, "core.fct_probation_term"):
        last = min(row["ended_on"] or date.max, feeds[row["feed_id"]])
        is_sentence = row["term_type_code"] in {"probation", "parole", "post_release"}
        if row["is_pending_correction"] or not row["started_on"] <= last:
            continue
        is_violent = is_sentence and groups.get(row["offense_code"]) in VIOLENT
        rule = ("justice_history", "candidate", 24) if is_violent else ("justice_history", "context", 12)
        yield Record(
            "probation_term", row, (rule,), last, None, "weak" if row["term_type_code"] == "pretrial" else "recorded"
        )


def _arrests(settings: Settings) -> Iterator[Record]:
    charged: dict[tuple[str, str], list[str | None]] = {}
    for row in rows_of(settings, "core.fct_arrest_charge"):
        if row["offense_group_code"] == "weapons" and not row["is_pending_correction"]:
            charged.setdefault((row["jurisdiction_id"], row["arrest_key"]), []).append(row["disposition"])
    for row in rows_of(settings, "core.fct_arrest"):
        ends = charged.get((row["jurisdiction_id"], row["arrest_key"]), [])
        standing = [found for stands, found in map(read, ends) if stands]
        if standing and row["arrested_on"] and not row["is_pending_correction"]:
            strength = "recorded" if any(standing) else "weak"
            yield Record("arrest", row, (("prior_gun_arrest", "context", 36),), row["arrested_on"], None, strength)


def read(disposition: str | None) -> tuple[bool, bool]:
    return WORDS[disposition.split()[0]] if disposition else (True, False)
