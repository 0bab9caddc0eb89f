"""How an agency writes a person down: nicknames, slips of the pen, swapped dates, missing and shared numbers."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from simulator.population import Person

#: Facts of one row: name -> typed value as the agency recorded it; ``None`` where it recorded nothing.
Facts = dict[str, Any]


@dataclass(frozen=True)
class Habits:
    """One agency's ways of writing people."""

    prefix: str
    upper: bool = True
    mexican: bool = False
    sexes: tuple[str, str, str] = ("M", "F", "U")
    races: dict[str, str] | None = None
    sid: bool = True


def fold(text: str) -> str:
    """The text without diacritics."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def age_on(birth: date, day: date) -> int:
    """Completed years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def describe(rng: Random, person: Person, day: date, habits: Habits) -> Facts:
    """What this agency notes about a person on that day."""
    facts = {**_names(rng, person, habits), **_numbers(rng, person, habits)}
    facts["dob"] = _birth(rng, person)
    age: int | None = age_on(person.birth, day)
    if rng.random() < 0.03:
        age = None
    elif age is not None and rng.random() < 0.02:
        age += rng.choice((-1, 1))
    facts["age"] = age
    facts["sex"] = _sex(rng, person, habits)
    facts["race"] = (habits.races or {}).get(person.race, person.race)
    facts["ethnicity"] = person.ethnicity if rng.random() < 0.8 else None
    facts["address"] = None if rng.random() < 0.06 else person.address
    return facts


def _sex(rng: Random, person: Person, habits: Habits) -> str:
    """Mostly the agency's code, sometimes one that no list names."""
    if rng.random() < 0.02:
        return rng.choice((habits.sexes[2], "X", "-"))
    return habits.sexes[0 if person.sex == "M" else 1]


def _names(rng: Random, person: Person, habits: Habits) -> Facts:
    first, last, second = person.first, person.last, person.second
    if person.nickname and rng.random() < 0.06:
        first = person.nickname
    if rng.random() < 0.015:
        first = _slip(rng, first)
    if rng.random() < 0.02:
        last = _slip(rng, last)
    if not habits.mexican and second:
        last, second = (f"{last}-{second}" if rng.random() < 0.4 else last), ""
    middle = person.middle if habits.mexican or rng.random() < 0.4 else person.middle[:1]
    facts: Facts = {
        "last": last, "second": second if rng.random() < 0.95 else "", "first": first,
        "middle": middle if rng.random() < 0.8 else "", "suffix": person.suffix if rng.random() < 0.6 else "",
        "alias": _aliases(rng, person),
    }  # fmt: skip
    return {name: _style(rng, text, habits) for name, text in facts.items()}


def _aliases(rng: Random, person: Person) -> str:
    names = [name for name in (person.alias, person.nickname) if name and rng.random() < 0.5]
    return "; ".join(names)


def _style(rng: Random, text: str, habits: Habits) -> str | None:
    if not habits.mexican or rng.random() < 0.15:
        text = fold(text)
    return (text.upper() if habits.upper else text) or None


def _slip(rng: Random, text: str) -> str:
    """One slip of the pen: a letter dropped, doubled or two swapped."""
    if len(text) < 4:
        return text
    at = rng.randrange(1, len(text) - 1)
    return rng.choice(
        (text[:at] + text[at + 1 :], text[: at + 1] + text[at:], text[:at] + text[at + 1] + text[at] + text[at + 2 :])
    )


def _birth(rng: Random, person: Person) -> date | None:
    birth = person.birth
    draw = rng.random()
    if draw < 0.02:
        return None
    if draw < 0.03 and birth.day <= 12:
        return birth.replace(month=birth.day, day=birth.month)
    if draw < 0.035:
        return birth.replace(month=1, day=1)
    if draw < 0.04:
        return birth.replace(year=birth.year + rng.choice((-1, 1)), day=min(birth.day, 28))
    return birth


def _numbers(rng: Random, person: Person, habits: Habits) -> Facts:
    """State and federal numbers where known, a sentinel now and then, and the agency's own number."""
    sid: str | None = person.sid if habits.sid and rng.random() > 0.15 else None
    if sid and rng.random() < 0.005:
        sid = "00000000"
    own = Random(f"{habits.prefix}/{person.person_id}").randrange(10**6)
    return {
        "sid": sid,
        "fbi": person.fbi if habits.sid and rng.random() > 0.3 else None,
        "local": f"{habits.prefix}{own:06d}" if rng.random() > 0.04 else None,
    }
