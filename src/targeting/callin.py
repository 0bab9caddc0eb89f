"""The plan of a call-in: of the people under supervision whom a record speaks for, those through whom the rest hears.

Nobody is in a plan but candidates of ``mart_gvi__candidate_reasons``: a tie lists nobody. Victims who are nothing else,
minors, people of unknown age and the dead are in no part of it, not even as somebody whom another reaches.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from settings import Settings
from targeting.cover import Cover, Limits, Part, cover, domination
from warehouse.ages import by_person
from warehouse.api import query
from warehouse.errors import QueryError
from warehouse.kept import publication

#: A plan is for the next call-in; after so many days it is made anew.
PLAN_DAYS = 30
_CANDIDATES = """
    select person_key, reason, gives, evidence_on, expires_on, strength, record_kind, feed_id, record_key, known_on
    from marts.mart_gvi__candidate_reasons where jurisdiction_id = '{place}' and route = 'candidate' order by all"""
#: Not whoever is before trial, at large or in custody: who cannot freely come is not invited.
_SUPERVISED = """
    select held.person_key, term.feed_id, min(term.ended_on)
    from core.fct_probation_term as term join core.person_membership as held
        on held.mention_key = term.mention_key and held.grade = 'action' and held.known_to is null
    where term.term_type_code in ('probation', 'parole', 'post_release') and not term.is_pending_correction
        and coalesce(term.status_code, 'unknown') in ('active', 'unknown')
        and term.started_on <= date '{day}' and (term.ended_on is null or term.ended_on > date '{day}')
    group by 1, 2 order by 1, 2"""
_TIES = """
    select person_key, other_person_key from marts.mart_gvi__coarrest_edge
    where jurisdiction_id = '{place}' and window_code = '{window}' and expires_on > date '{day}' order by all"""
_ENTRIES = """
    select feed_id, record_key, group_key from core.fct_group_membership
    where jurisdiction_id = '{place}' and valid_from <= date '{day}' and date '{day}' < least(valid_to, review_on)
    order by all"""
_DISPUTES = """
    select distinct least(group_key, other_group_key), greatest(group_key, other_group_key) from core.fct_group_relation
    where jurisdiction_id = '{place}' and relation_type_code = 'dispute'
        and started_on <= date '{day}' and coalesce(ended_on, date '{day}') >= date '{day}' order by all"""


@dataclass(frozen=True)
class Reason:
    """One current reason of a person, as the mart has it."""

    says: str
    evidence_on: date
    expires_on: date
    strength: str

    def __str__(self) -> str:
        return f"{self.says} ({self.evidence_on}, {self.strength}, until {self.expires_on})"


@dataclass(frozen=True)
class Called:
    """One person of the plan: why the person may be spoken to, and whom that reaches. No order, no score."""

    person_key: str
    supervised_by: tuple[str, ...]
    reasons: tuple[Reason, ...]
    people: tuple[str, ...]
    groups: tuple[str, ...]
    disputes: tuple[str, ...]
    expires_on: date


@dataclass(frozen=True)
class CallIn:
    """A plan and what it rests on; ``aside`` counts the candidates who are in no part of it, by why."""

    jurisdiction_id: str
    publication_id: int
    known_on: date
    window: str
    capacity: int
    people: int
    supervised: int
    called: tuple[Called, ...]
    cover: Cover
    aside: Mapping[str, int]


@dataclass(frozen=True)
class _Records:
    """What the publication holds of a place on ``day``."""

    day: date
    listed: list[tuple[Any, ...]]
    terms: Mapping[str, Mapping[str, date | None]]
    """By person the feeds that tell of supervision now, with its last day where one is set."""
    ties: list[tuple[Any, ...]]
    entries: Mapping[tuple[str, str], str]
    """The group of each roster entry that holds."""
    disputes: list[tuple[Any, ...]]


def plan(
    settings: Settings, place: str, capacity: int, window: str = "60_months", adult_feeds: Collection[str] = (),
    limits: Limits | None = None,
) -> CallIn:  # fmt: skip
    """The plan of a jurisdiction from the newest publication, with at most as many people as help can be given to.

    ``adult_feeds`` are feeds of supervision that have adults only, so that an age that nobody recorded is no doubt.

    Raises:
        NoPublication: nothing was published yet.
        QueryError: the publication has no candidate there, no such window, or was made by a version without the mart.
        ValueError: the capacity is negative.
    """
    number = publication(settings).publication_id
    records = _read(settings, number, place, window)
    candidates = {row[0] for row in records.listed}
    ages = by_person(settings, number)
    minors = candidates & ages.minors
    surely = ages.adults | {person for person, feeds in records.terms.items() if set(feeds) & set(adult_feeds)}
    people = (candidates & surely) - minors
    supervised = people & records.terms.keys()
    parts = _parts(records, people, supervised)
    found = cover(parts, capacity, limits)
    called = tuple(_called(person, parts, records) for person in found.chosen)
    unknown = len(candidates) - len(minors) - len(people)
    aside = {"younger than 18 in a record": len(minors), "of an age that nobody recorded": unknown}
    return CallIn(
        place, number, records.day, window, capacity, len(people), len(supervised), called, found, aside
    )  # fmt: skip


def _read(settings: Settings, number: int, place: str, window: str) -> _Records:
    def ask(sql: str, **values: object) -> list[tuple[Any, ...]]:
        safe = {name: str(value).replace("'", "''") for name, value in values.items()}
        return query(settings, sql.format(**safe), number).rows

    if not ask("select 1 from reference.coarrest_window where window_code = '{window}'", window=window):
        raise QueryError(f"There is no window {window!r}.", "reference.coarrest_window names them.")
    listed = ask(_CANDIDATES, place=place)
    if not listed:
        raise QueryError(f"{place} has no candidates.", "Look at marts.mart_gvi__candidate_reasons; link people first.")
    at = {"place": place, "day": listed[0][-1], "window": window}
    terms: dict[str, dict[str, date | None]] = {}
    for person, feed_id, ends_on in ask(_SUPERVISED, **at):
        terms.setdefault(person, {})[feed_id] = ends_on
    entries = {(feed_id, key): group for feed_id, key, group in ask(_ENTRIES, **at)}
    return _Records(listed[0][-1], listed, terms, ask(_TIES, **at), entries, ask(_DISPUTES, **at))


def _parts(records: _Records, people: Set[str], supervised: Set[str]) -> list[Part]:
    """Everybody, every group with a current entry or an open dispute, and each side of every open dispute."""
    through: dict[str, set[str]] = defaultdict(set)
    for person, *_, feed_id, key, _ in records.listed:
        if person in supervised and (feed_id, key) in records.entries:
            through[records.entries[feed_id, key]].add(person)
    groups = {*records.entries.values(), *(side for pair in records.disputes for side in pair)}
    parts = domination([(one, other) for one, other in records.ties], supervised, people)
    parts += [Part("group", group, frozenset(through[group])) for group in sorted(groups)]
    for pair in records.disputes:
        parts += [Part("dispute", side, frozenset(through[side]), " : ".join(pair)) for side in pair]
    return parts


def _called(person: str, parts: Sequence[Part], records: _Records) -> Called:
    reached = [part for part in parts if person in part.through]
    own = [row for row in records.listed if row[0] == person]
    reasons = {Reason(says, evidence_on, ends, strength) for _, says, _, evidence_on, ends, strength, *_ in own}
    ends = [records.day + timedelta(days=PLAN_DAYS), max(row[4] for row in own if row[2] == "candidate")]
    terms = records.terms[person]
    if all(terms.values()):  # supervision ends on a day that is set
        ends.append(max(day for day in terms.values() if day is not None))
    return Called(
        person, tuple(sorted(terms)), tuple(sorted(reasons, key=str)),
        tuple(part.name for part in reached if part.kind == "person" and part.name != person),
        tuple(sorted(part.name for part in reached if part.kind == "group")),
        tuple(sorted(part.of for part in reached if part.kind == "dispute")), min(ends),
    )  # fmt: skip
