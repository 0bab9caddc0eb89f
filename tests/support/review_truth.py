"""The shooting review and custom notifications by slow reading of the published facts; nothing here knows the marts' SQL."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from network import graph
from settings import Settings
from support.candidate_truth import VIOLENT, known_on, read, rows_of, shooting_days, who_is
from support.candidate_truth import expected as reasons
from warehouse import api

REVIEW = (
    "occurred_on", "within_7", "within_14", "route", "is_named", "group_involvement_code", "side_group_key", "roster_group_key",
    "open_disputes", "supervision_type_code", "prior_arrests", "prior_arrests_convicted", "prior_times_shot",
    "neighbours_shot", "last_contact_on", "last_reached_on",
)  # fmt: skip
QUIET_DAYS = 90
Row = dict[str, Any]


class Facts:
    """What is published, and who each mention is."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.people = settings, who_is(settings)
        self.today, self.of_feed = known_on(settings, "jurisdiction_id"), known_on(settings, "feed_id")
        self.days = shooting_days(settings)
        self.reasons = reasons(settings)
        self.routes = {(row[0], row[1]): row[-1] for row in self.reasons}
        self._tables: dict[str, list[Row]] = {}

    def table(self, name: str) -> list[Row]:
        """The rows of a table of core, read once."""
        if name not in self._tables:
            self._tables[name] = rows_of(self.settings, f"core.{name}")
        return self._tables[name]

    def of(self, table: str, place: str, person: str | None) -> list[Row]:
        """Rows of a table that are certain and of a person in a place."""
        return [
            row for row in self.table(table)
            if row["jurisdiction_id"] == place and not row.get("is_pending_correction")
            and person is not None and self.people.get(row["mention_key"]) == person
        ]  # fmt: skip

    def is_dead(self, person: str | None) -> bool:
        """Whether a shooting killed a person, in any place."""
        return person is not None and any(
            row["is_fatal"] and self.people.get(row["mention_key"]) == person
            for row in self.table("fct_shooting_victim")
        )

    def until(self, place: str, table: str) -> date | None:
        """The last day of which the place's feeds of a kind speak."""
        feeds = {row["feed_id"] for row in self.table(table) if row["jurisdiction_id"] == place}
        return max((self.of_feed[feed] for feed in feeds), default=None)

    def contacts(self, place: str, person: str | None) -> tuple[date | None, date | None]:
        """When a person was last sought, and last reached."""
        held = [
            row for row in self.table("fct_engagement")  # also while its newest row waits for a correction
            if row["jurisdiction_id"] == place and person is not None and self.people.get(row["mention_key"]) == person
            and row["engaged_on"] <= self.today[place]
        ]  # fmt: skip
        reached = [row["engaged_on"] for row in held if row["outcome_code"] == "reached"]
        return max((row["engaged_on"] for row in held), default=None), max(reached, default=None)

    def supervision(self, place: str, person: str | None) -> str | None:
        """The kind of the open term: of an active one if there is one, of the one that began last."""
        day = self.today[place]
        held = [
            row for row in self.of("fct_probation_term", place, person)
            if row["started_on"] <= day <= (row["ended_on"] or date.max)
        ]  # fmt: skip
        first = max(held, key=lambda row: (row["status_code"] == "active", row["started_on"]), default=None)
        return None if first is None else first["term_type_code"] or "unknown"

    def group(self, place: str, person: str | None) -> str | None:
        """The one group on whose roster a person is."""
        day = self.today[place]
        groups = {
            row["group_key"] for row in self.of("fct_group_membership", place, person)
            if row["valid_from"] <= day < min(row["valid_to"], row["review_on"])
        }  # fmt: skip
        return groups.pop() if len(groups) == 1 else None

    def disputes(self, place: str, group: str | None) -> int | None:
        """Disputes of a group that are open on the last day of which lists about groups speak."""
        tables = ("fct_group_roster", "fct_group_relation", "fct_engagement", "fct_incident_review")
        days = [self.until(place, table) for table in tables]
        if group is None or days[1] is None:
            return None
        day = max(day for day in days if day is not None)
        return sum(
            row["relation_type_code"] == "dispute" and row["started_on"] <= day <= (row["ended_on"] or date.max)
            for row in self.table("fct_group_relation")
            if group in (row["group_key"], row["other_group_key"])
        )

    def arrests(self, place: str, person: str | None, day: date) -> tuple[int, int]:
        """Arrests of the year before a day that stand, and those of which a court convicted."""
        ends = defaultdict(list)
        for row in self.table("fct_arrest_charge"):
            stands, is_found = read(row["disposition"])
            is_sure = not row["is_pending_correction"]
            ends[row["jurisdiction_id"], row["arrest_key"]].append((stands, is_found and is_sure))
        found = {}
        for row in self.of("fct_arrest", place, person):
            charges = ends[place, row["arrest_key"]]
            is_before = row["arrested_on"] and day - timedelta(days=365) <= row["arrested_on"] < day
            if is_before and (not charges or any(stands for stands, _ in charges)):
                found[row["arrest_key"]] = any(is_found for _, is_found in charges)
        return len(found), sum(found.values())

    def shot(self, place: str, person: str | None, first: date, last: date) -> int:
        """Shootings of a period in which a person was hit."""
        cases = {(place, row["incident_key"]) for row in self.of("fct_shooting_victim", place, person)}
        return sum(first <= self.days[case] <= last for case in cases if case in self.days)


def told(settings: Settings) -> dict[tuple[str, ...], tuple[Any, ...]]:
    """The rows of the review as the mart has them."""
    keys = ("jurisdiction_id", "incident_key", "role", "record_key")
    found = api.query(settings, f"select {', '.join(keys + REVIEW)} from marts.mart_gvi__shooting_review").rows
    return {tuple(row[:4]) if row[8] else (*row[:3], ""): tuple(row[4:]) for row in found}


def expected(settings: Settings) -> dict[tuple[str, ...], tuple[Any, ...]]:
    """The rows of the review that the published facts make."""
    facts, found = Facts(settings), {}
    named = defaultdict(list)
    for role in ("victim", "suspect"):
        for row in facts.table(f"fct_shooting_{role}"):
            named[row["jurisdiction_id"], row["incident_key"], role].append(row)
    reviews = {
        (row["jurisdiction_id"], row["incident_key"]): row
        for row in sorted(facts.table("fct_incident_review"), key=lambda r: (r["reviewed_on"], r["known_from"]))
    }
    for (place, incident), day in facts.days.items():
        known = facts.until(place, "fct_shooting_victim")
        if known is None or not known - timedelta(days=30) < day <= known:
            continue
        for role in ("victim", "suspect"):
            told_of: dict[str, Row] = {}
            for row in sorted(
                named[place, incident, role], key=lambda r: (not r.get("is_fatal"), r["feed_id"], r["record_key"])
            ):
                told_of.setdefault(facts.people.get(row["mention_key"]) or row["record_key"], row)
            review = reviews.get((place, incident))
            for one in told_of.values() or [None]:
                found[place, incident, role, one["record_key"] if one else ""] = (
                    day, *(known - day < timedelta(days=days) for days in (7, 14)), *_row(facts, place, day, role, one, review),
                )  # fmt: skip
    return found


def _row(facts: Facts, place: str, day: date, role: str, row: Row | None, review: Row | None) -> tuple[Any, ...]:
    person = facts.people.get(row["mention_key"]) if row else None
    route = facts.routes.get((place, person or ""), "service_only" if role == "victim" else "none")
    if row is None or row.get("is_fatal") or facts.is_dead(person):
        route = "none"
    is_candidate, is_anybody = route == "candidate", route != "none" and person is not None
    side = review[f"{role}_group_key"] if review else None
    group = facts.group(place, person) if is_candidate else None
    involved = (review["group_involvement_code"] or "unknown") if review else "not_reviewed"
    has_arrests = is_candidate and facts.until(place, "fct_arrest") is not None
    arrests = facts.arrests(place, person, day) if has_arrests else (None, None)
    year = day - timedelta(days=365)
    return (
        route, row is not None, involved, side, group, facts.disputes(place, group or side),
        facts.supervision(place, person) if is_candidate else None, *arrests,
        facts.shot(place, person, year, day - timedelta(days=1)) if is_anybody else None,
        neighbours(facts, place, person)[1] if has_arrests else None,
        *(facts.contacts(place, person) if is_anybody else (None, None)),
    )  # fmt: skip


def neighbours(facts: Facts, place: str, person: str | None) -> tuple[int, int]:
    """People with a tie, and those of them who were shot within 12 months."""
    ties = api.query(
        facts.settings,
        "select person_key, other_person_key, known_on from marts.mart_gvi__coarrest_edge "
        f"where window_code = '60_months' and jurisdiction_id = '{place}'",
    ).rows
    near = {(one if other == person else other, on) for one, other, on in ties if person in (one, other)}
    return len(near), sum(facts.shot(place, key, _year_before(on), on) > 0 for key, on in near)


def _year_before(day: date) -> date:
    """The first day of which twelve months have not ended on a day."""
    return min(
        one for n in range(364, 368)
        if (pd.Timestamp(one := day - timedelta(days=n)) + pd.DateOffset(months=12)).date() > day
    )  # fmt: skip


def notifications(settings: Settings) -> set[tuple[Any, ...]]:
    """Place, person, record and end of each reason that is on the list of custom notifications."""
    facts, found = Facts(settings), set()
    for row in facts.reasons:
        place, person, criterion, _, kind, record, _, ends, strength, _, route = row
        lists = criterion in ("group_involvement", "justice_history") or kind == "shooting_suspect"
        if route != "candidate" or not lists or strength == "weak" or record in _context(facts):
            continue
        contact, reached = facts.contacts(place, person)
        if reached is None or reached + timedelta(days=QUIET_DAYS) <= facts.today[place]:
            found.add((place, person, record, ends, contact, reached, facts.supervision(place, person)))
    return found


def _context(facts: Facts) -> set[str]:
    """Terms that list nobody by themselves: for other than the violence that the strategies act upon."""
    groups = {row["offense_code"]: row["offense_group_code"] for row in facts.table("dim_offense")}
    return {
        row["record_key"] for row in facts.table("fct_probation_term")
        if row["term_type_code"] not in {"probation", "parole", "post_release"}
        or groups.get(row["offense_code"]) not in VIOLENT
    }  # fmt: skip


def notified(settings: Settings) -> set[tuple[Any, ...]]:
    """The list of custom notifications as the mart has it."""
    columns = (
        "jurisdiction_id, person_key, record_key, expires_on, last_contact_on, last_reached_on, supervision_type_code"
    )
    return {tuple(row) for row in api.query(settings, f"select {columns} from marts.mart_gvi__notification").rows}


def nodes(settings: Settings) -> dict[tuple[str, str], tuple[float, ...]]:
    """Degree, its weight, neighbours shot and exposure by the graph of ``nnsc link network`` (igraph and numpy)."""
    facts, found = Facts(settings), {}
    edges = api.query(
        settings,
        "select jurisdiction_id, person_key, other_person_key, weight, known_on from marts.mart_gvi__coarrest_edge "
        "where window_code = '60_months' order by all",
    ).rows
    for place in sorted({row[0] for row in edges}):
        own = [row for row in edges if row[0] == place]
        people = sorted({key for row in own for key in row[1:3]})
        on = own[0][4]
        shot = np.array([facts.shot(place, key, _year_before(on), on) > 0 for key in people])
        network = graph.of_pairs(people, [(row[1], row[2]) for row in own], [row[3] for row in own])
        measured, exposed = graph.measure(network), graph.exposure(network, shot)
        for number, key in enumerate(people):
            near = network.graph.neighbors(number)
            found[place, key] = (
                float(measured.degree[number]), float(measured.strength[number]), float(shot[near].sum()), float(exposed[number]),
            )  # fmt: skip
    return found


def told_nodes(settings: Settings) -> dict[tuple[str, str], tuple[float, ...]]:
    """The same as the mart has it."""
    sql = "select jurisdiction_id, person_key, degree, weighted_degree, neighbours_shot, exposure from marts.mart_gvi__network_node"
    return {(row[0], row[1]): tuple(float(value) for value in row[2:]) for row in api.query(settings, sql).rows}
