"""The fault injector: every way of spoiling a row that an agency has found, each with its label and its consequences.

A fault says what is written instead, what a reader can make of it, and which rules each record kind of the row breaks.
Rules are written as quarantine names them: ``unparsed:<column>``, ``<expectation>:<column>``, ``key_missing``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import Any, Literal

from simulator.forms import Form, Kind, Raw, Stamp
from simulator.recording import Facts

NOT_NULL, BETWEEN = "expect_column_values_to_not_be_null", "expect_column_values_to_be_between"
#: Contract columns that must be there, by record kind; and columns with bounds.
_REQUIRED = {
    "arrest": ("arrest_id", "arrested_on"), "arrest_charge": ("arrest_id",),
    "shooting_incident": ("incident_id", "occurred_at"), "shooting_victim": ("incident_id", "occurred_at", "is_fatal"),
    "shooting_suspect": ("incident_id",),
}  # fmt: skip
_BOUNDED = ("arrested_on", "occurred_at", "_age", "_birth_date")


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


Make = Callable[[Random, Form, Facts], Fault | None]


def _columns_of(form: Form, fact: str) -> Iterable[tuple[Kind, str]]:
    for kind in form.kinds:
        for column, source in kind.columns.items():
            if source == fact:
                yield kind, column


def _broken(
    form: Form, facts: Facts, fact: str, how: Literal["unparsed", "null", "outside"]
) -> dict[str, frozenset[str]]:
    """Rules that each kind present in the row breaks when a fact is unreadable, absent or out of bounds."""
    found: dict[str, set[str]] = {}
    for kind, column in _columns_of(form, fact):
        if kind.present and not kind.repeat and facts.get(kind.present) is None:
            continue
        rules = found.setdefault(kind.kind, set())
        if how == "unparsed":
            rules.add(f"unparsed:{column}")
        if how == "outside" and column.endswith(_BOUNDED):
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


def _merge(*parts: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    merged: dict[str, frozenset[str]] = {}
    for part in parts:
        for kind, rules in part.items():
            merged[kind] = merged.get(kind, frozenset()) | rules
    return merged


def _text(label: str, fact: str, *texts: str) -> tuple[str, Make]:
    """Text that cannot be understood."""

    def make(rng: Random, form: Form, facts: Facts) -> Fault | None:
        if facts.get(fact) is None:
            return None
        rules = _broken(form, facts, fact, "unparsed")
        return Fault(label, fact, {fact: Raw(rng.choice(texts))}, {fact: None}, rules)

    return label, make


def _blank(label: str, fact: str) -> tuple[str, Make]:
    """A value that must be there, left out."""

    def make(rng: Random, form: Form, facts: Facts) -> Fault | None:
        if facts.get(fact) is None:
            return None
        return Fault(label, fact, {fact: None}, {fact: None}, _broken(form, facts, fact, "null"))

    return label, make


def _outside(label: str, fact: str, values: Callable[[Any], tuple[Any, ...]]) -> tuple[str, Make]:
    """A readable value that cannot be true."""

    def make(rng: Random, form: Form, facts: Facts) -> Fault | None:
        if facts.get(fact) is None:
            return None
        value = rng.choice(values(facts[fact]))
        return Fault(label, fact, {fact: value}, {fact: value}, _broken(form, facts, fact, "outside"))

    return label, make


def _moment(label: str, year: Callable[[int], int]) -> tuple[str, Make]:
    """The event's date in another year."""

    def make(rng: Random, form: Form, facts: Facts) -> Fault | None:
        at: datetime = facts["at"]
        moved = at.replace(year=year(at.year), day=min(at.day, 28), hour=12)
        rules = _merge(_broken(form, facts, "at", "outside"), _broken(form, facts, "on", "outside"))
        return Fault(label, "at", {"at": moved}, {"at": moved, "on": moved.date()}, rules)

    return label, make


def _impossible_date(rng: Random, form: Form, facts: Facts) -> Fault:
    at: datetime = facts["at"]
    month, day = rng.choice(((2, 30), (4, 31), (6, 31), (11, 31)))
    shown = Stamp(at.year, month, day, at.hour, at.minute)
    rules = _merge(_broken(form, facts, "at", "unparsed"), _broken(form, facts, "on", "unparsed"))
    return Fault("impossible_date", "at", {"at": shown}, {"at": None, "on": None}, rules)


def _blank_date(rng: Random, form: Form, facts: Facts) -> Fault:
    rules = _merge(_broken(form, facts, "at", "null"), _broken(form, facts, "on", "null"))
    return Fault("blank_date", "at", {"at": None}, {"at": None, "on": None}, rules)


def _blank_time(rng: Random, form: Form, facts: Facts) -> Fault:
    """The date without its time: unreadable as a moment, readable as a date."""
    at: datetime = facts["at"]
    shown = Stamp(at.year, at.month, at.day, None)
    return Fault("blank_time", "at", {"at": shown}, {"at": None}, _broken(form, facts, "at", "unparsed"))


def _impossible_birth(rng: Random, form: Form, facts: Facts) -> Fault | None:
    birth: date | None = facts.get("dob")
    if birth is None:
        return None
    shown = Stamp(birth.year, 2, 31)
    return Fault("birth_impossible", "dob", {"dob": shown}, {"dob": None}, _broken(form, facts, "dob", "unparsed"))


def _shape(label: str, shape: Literal["long", "short"]) -> tuple[str, Make]:
    return label, lambda rng, form, facts: Fault(label, "*", shape=shape)


def _contradiction(rng: Random, form: Form, facts: Facts) -> Fault:
    return Fault("contradicting_duplicate", "*", contradicts=True)


MAKERS: dict[str, Make] = dict(
    (
        _shape("row_too_long", "long"),
        _shape("row_too_short", "short"),
        ("impossible_date", _impossible_date),
        ("blank_date", _blank_date),
        ("blank_time", _blank_time),
        _moment("future_date", lambda year: year + 10),
        _moment("ancient_date", lambda year: year - 100),
        _blank("blank_number", "number"),
        _blank("blank_case", "case"),
        _blank("blank_victim_id", "victim_id"),
        _text("number_text", "case", "unknown", "20?5-17", "12A"),
        _text("age_text", "age", "abc", "adult", "3O", "twenty"),
        _text("age_fraction", "age", "34.5", "0.5"),
        _outside("age_too_old", "age", lambda _: (224, 1020, 121)),
        _outside("age_negative", "age", lambda _: (-1, -34)),
        _text("suspect_age_text", "s_age", "old", "2O-25"),
        _outside("suspect_age_too_old", "s_age", lambda _: (940, 224, 1020)),
        _outside("birth_ancient", "dob", lambda d: (d.replace(year=1825, day=1), date(1899, 12, 31))),
        _outside("birth_future", "dob", lambda d: (d.replace(year=2090, day=1),)),
        ("birth_impossible", _impossible_birth),
        _text("flag_unknown", "fatal", "X", "maybe", "2", "P"),
        _blank("flag_blank", "fatal"),
        _text("coordinate_text", "lat", "unknown", "N/A?", "38 02 11 N"),
        ("contradicting_duplicate", _contradiction),
    )
)


def make(label: str, rng: Random, form: Form, facts: Facts) -> Fault | None:
    """A fault of that kind for a row, or ``None`` where the row gives no occasion."""
    if label == "blank_number" and not any(c.fact == "number" for c in form.columns(form.first_layout)):
        label = "blank_case"
    fault = MAKERS[label](rng, form, facts)
    harmless = fault is not None and not (fault.shape or fault.contradicts or any(fault.rules.values()))
    return None if harmless else fault


def spoiled(facts: Facts, faults: Iterable[Fault]) -> tuple[Facts, Facts]:
    """What is written and what it can be read as, with all faults of a row applied."""
    shown, meant = dict(facts), dict(facts)
    for fault in faults:
        shown.update(fault.shown)
        meant.update(fault.meant)
    return shown, meant
