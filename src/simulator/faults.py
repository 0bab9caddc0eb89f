"""The fault injector: every way of spoiling a row that an agency has found, each with its label and its consequences.

A fault says what is written instead, what a reader can make of it, and which rules each record kind of the row breaks.
Rules are written as quarantine names them: ``unparsed:<column>``, ``<expectation>:<column>``, ``key_missing``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from random import Random
from typing import Any, Literal

from simulator.consequences import BETWEEN, Fault, broken, merge, place
from simulator.forms import Form, Raw, Stamp
from simulator.recording import Facts

Make = Callable[[Random, Form, Facts], Fault | None]


def _text(label: str, name: str, *texts: str) -> tuple[str, Make]:
    """Text that cannot be understood."""

    def make(rng: Random, form: Form, facts: Facts) -> Fault | None:
        found = place(rng, form, facts, name)
        if found is None:
            return None
        fact, no = found
        rules = broken(form, facts, fact, "unparsed", no)
        return Fault(label, fact, {fact: Raw(rng.choice(texts))}, {fact: None}, rules, no=no)

    return label, make


def _blank(label: str, fact: str) -> tuple[str, Make]:
    """A value that must be there, left out."""

    def make(rng: Random, form: Form, facts: Facts) -> Fault | None:
        if facts.get(fact) is None:
            return None
        return Fault(label, fact, {fact: None}, {fact: None}, broken(form, facts, fact, "null"))

    return label, make


def _outside(label: str, name: str, values: Callable[[Any], tuple[Any, ...]]) -> tuple[str, Make]:
    """A readable value that cannot be true."""

    def make(rng: Random, form: Form, facts: Facts) -> Fault | None:
        found = place(rng, form, facts, name)
        if found is None:
            return None
        fact, no = found
        value = rng.choice(values(facts[fact]))
        return Fault(label, fact, {fact: value}, {fact: value}, broken(form, facts, fact, "outside", no), no=no)

    return label, make


def _days(facts: Facts, day: date | None, text: str | None = None) -> Facts:
    """The day of the moment, where the row's records have it; as text too, where it is part of the key."""
    found: Facts = {"on": day} if "on" in facts else {}
    return found | ({"day": text or (day and day.isoformat())} if "day" in facts else {})


def _moment(label: str, year: Callable[[int], int]) -> tuple[str, Make]:
    """The event's date in another year."""

    def make(rng: Random, form: Form, facts: Facts) -> Fault | None:
        at: datetime = facts["at"]
        moved = at.replace(year=year(at.year), day=min(at.day, 28), hour=12)
        rules = merge(broken(form, facts, "at", "outside"), broken(form, facts, "on", "outside"))
        return Fault(label, "at", {"at": moved}, {"at": moved, **_days(facts, moved.date())}, rules)

    return label, make


def _impossible_date(rng: Random, form: Form, facts: Facts) -> Fault:
    at: datetime = facts["at"]
    month, day = rng.choice(((2, 30), (4, 31), (6, 31), (11, 31)))
    shown = Stamp(at.year, month, day, at.hour, at.minute)
    rules = merge(broken(form, facts, "at", "unparsed"), broken(form, facts, "on", "unparsed"))
    meant = {"at": None, **_days(facts, None, f"{at.year}-{month:02d}-{day:02d}")}
    return Fault("impossible_date", "at", {"at": shown}, meant, rules)


def _blank_date(rng: Random, form: Form, facts: Facts) -> Fault:
    rules = merge(*(broken(form, facts, fact, "null") for fact in ("at", "on", "day") if fact in facts))
    return Fault("blank_date", "at", {"at": None}, {"at": None, **_days(facts, None)}, rules)


def _blank_time(rng: Random, form: Form, facts: Facts) -> Fault:
    """The date without its time: unreadable as a moment, readable as a date."""
    at: datetime = facts["at"]
    shown = Stamp(at.year, at.month, at.day, None)
    return Fault("blank_time", "at", {"at": shown}, {"at": None}, broken(form, facts, "at", "unparsed"))


def _impossible_birth(rng: Random, form: Form, facts: Facts) -> Fault | None:
    birth: date | None = facts.get("dob")
    if birth is None:
        return None
    shown = Stamp(birth.year, 2, 31)
    return Fault("birth_impossible", "dob", {"dob": shown}, {"dob": None}, broken(form, facts, "dob", "unparsed"))


def _shape(label: str, shape: Literal["long", "short"]) -> tuple[str, Make]:
    return label, lambda rng, form, facts: Fault(label, "*", shape=shape)


def _contradiction(rng: Random, form: Form, facts: Facts) -> Fault:
    return Fault("contradicting_duplicate", "*", contradicts=True)


def _late_expiry(rng: Random, form: Form, facts: Facts) -> Fault:
    """An entry that would be kept longer than five years."""
    since: date = facts["reviewed"] or facts["on"]
    shown = {"expires": date(since.year + rng.choice((6, 7, 10)), since.month, min(since.day, 28))}
    rule = f"{BETWEEN}:expires_on:since:reviewed_on"
    return Fault("expiry_too_late", "expires", shown, shown, {"group_roster": frozenset({rule})})


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
        _blank("blank_person_no", "person_no"),
        _blank("blank_offender", "local_key"),
        _blank("blank_term", "term"),
        _blank("blank_count", "people"),
        _text("count_text", "people", "4O", "n/c", "12-13"),
        _outside("count_negative", "people", lambda _: (-1, -12)),
        _outside("count_too_high", "people", lambda n: (900000 + n, 250001)),
        _text("participants_text", "participants", "several", "3+"),
        _outside("participants_too_many", "participants", lambda _: (2200, 9999)),
        _text("days_text", "days", "thirty", "30d"),
        _outside("days_negative", "days", lambda n: (-n,)),
        _outside("days_too_many", "days", lambda _: (99999, 3661)),
        _text("group_flag_unknown", "linked", "?", "pending", "2"),
        _text("release_text", "out", "TBD", "see file"),
        _text("end_text", "ended", "indef.", "s/f", "31/13/2025"),
        _outside("end_beyond", "ended", lambda d: (d.replace(year=2202, day=1), d.replace(year=202, day=1))),
        _blank("blank_type", "type"),
        _blank("blank_basis", "basis_kind"),
        _text("basis_not_accepted", "basis_kind", "Arrest", "Tattoo", "Seen with members"),
        _blank("blank_expiry", "expires"),
        ("expiry_too_late", _late_expiry),
        _text("answer_text", "answer", "agree", "5-", "x"),
        _blank("blank_scale", "scale"),
        _blank("blank_reason", "basis"),
        _text("detected_text", "detected", "ayer", "00/00/0000"),
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
