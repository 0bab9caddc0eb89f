"""What a fault does: which rules each record kind of a row breaks when one of its facts is unreadable, absent or untrue.

Rules are written as quarantine names them: ``unparsed:<column>``, ``<expectation>:<column>``, ``key_missing``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from simulator.forms import Form, Kind
from simulator.recording import Facts

NOT_NULL, BETWEEN = "expect_column_values_to_not_be_null", "expect_column_values_to_be_between"
#: Contract columns that must be there, by record kind; and columns with bounds.
_REQUIRED = {
    "arrest": ("arrest_id", "arrested_on"), "arrest_charge": ("arrest_id",),
    "shooting_incident": ("incident_id", "occurred_at"), "shooting_victim": ("incident_id", "occurred_at", "is_fatal"),
    "shooting_suspect": ("incident_id",),
    "prison_incident": ("incident_id", "occurred_at"), "prison_incident_person": ("incident_id",),
    "custody_census": ("snapshot_on", "people_count"), "custody_stay": ("stay_id", "admitted_at"),
    "probation_term": ("term_id", "started_on"), "probation_violation": ("term_id", "violated_on"),
    "group_roster": ("roster_id", "group_id", "basis_kind", "stated_facts", "valid_from", "review_on", "expires_on", "roster_entered_by"),
    "group_relation": ("group_id", "other_group_id", "relation_type", "started_on"),
    "engagement": ("engagement_id", "engagement_type", "engaged_on"),
    "incident_review": ("incident_review_id", "incident_id", "reviewed_on", "group_involvement"),
    "ipv_event": ("event_id", "event_type", "occurred_on"),
    "ipv_victim": ("event_id", "occurred_on"),
    "service_referral": ("referral_id", "service_type", "referred_on"),
    "enforcement_action": ("enforcement_action_id", "group_id", "incident_id", "started_on", "enforcement_type", "least_force_reason"),
    "legitimacy_survey": ("respondent_id", "wave", "scale", "item", "lowest_answer", "highest_answer", "is_reversed"),
    "call_for_service": ("call_id", "received_at", "call_type"),
    "prison_movement": ("movement_id", "booking_id", "moved_at"),
}  # fmt: skip
_BOUNDED = ("arrested_on", "occurred_at", "_age", "_birth_date", "started_on", "ended_on", "violated_on", "snapshot_on",
            "custody_days", "restrictive_housing_days", "people_count", "participant_count", "engaged_on", "reviewed_on", "referred_on", "valid_from",
            "received_at", "occurred_on", "surveyed_on", "people_touched", "moved_at")  # fmt: skip
#: Bounded in one kind and not in others.
_BOUNDED_THERE = {("custody_stay", "admitted_at")}


@dataclass(frozen=True)
class Fault:
    """One fault in one row.

    ``shown`` replaces what is written (fact -> value or ``Raw`` text), ``meant`` what a reader can make of it,
    ``rules`` are the rules that each kind breaks, ``shape`` says that the row has too many or too few fields.
    """

    label: str
    fact: str
    shown: Facts = field(default_factory=dict)
    meant: Facts = field(default_factory=dict)
    rules: dict[str, frozenset[str]] = field(default_factory=dict)
    shape: Literal["", "long", "short"] = ""
    #: Another row with the same key and other content stands beside.
    contradicts: bool = False
    #: The one record of several in the row that is meant; 0 means all.
    no: int = 0


def _columns_of(form: Form, fact: str, no: int) -> Iterable[tuple[Kind, str]]:
    for kind in form.kinds:
        for column, source in kind.columns.items():
            if (source.format(i=no) if no and kind.repeat else source) == fact:
                yield kind, column


def place(rng: Random, form: Form, facts: Facts, fact: str) -> tuple[str, int] | None:
    """The fact of that name; where a row holds it several times (age_1, age_2), one of them with its position."""
    if facts.get(fact) is not None:
        return fact, 0
    height = max(kind.repeat for kind in form.kinds)
    numbers = [i for i in range(1, height + 1) if facts.get(f"{fact}_{i}") is not None]
    number = rng.choice(numbers) if numbers else 0
    return (f"{fact}_{number}", number) if number else None


def broken(
    form: Form, facts: Facts, fact: str, how: Literal["unparsed", "null", "outside"], no: int = 0
) -> dict[str, frozenset[str]]:
    """Rules that each kind present in the row breaks when a fact is unreadable, absent or out of bounds."""
    found: dict[str, set[str]] = {}
    for kind, column in _columns_of(form, fact, no):
        if kind.present and not kind.repeat and facts.get(kind.present) is None:
            continue
        rules = found.setdefault(kind.kind, set())
        if how == "unparsed":
            rules.add(f"unparsed:{column}")
        bounded = column.endswith(_BOUNDED) or (kind.kind, column) in _BOUNDED_THERE
        if how == "outside" and bounded:
            rules.add(f"{BETWEEN}:{column}")
        if how != "outside" and column in _REQUIRED[kind.kind]:
            rules.add(f"{NOT_NULL}:{column}")
        if how != "outside" and fact in kind.key:
            rules.add("key_missing")
    for kind in form.kinds:
        there = not kind.present or kind.repeat or facts.get(kind.present) is not None
        if how != "outside" and fact in kind.key and there:
            found.setdefault(kind.kind, set()).add("key_missing")
    return {kind: frozenset(rules) for kind, rules in found.items() if rules}


def merge(*parts: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    merged: dict[str, frozenset[str]] = {}
    for part in parts:
        for kind, rules in part.items():
            merged[kind] = merged.get(kind, frozenset()) | rules
    return merged
