"""What the agencies' forms share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from simulator.forms import Form
from simulator.places import Place
from simulator.recording import Habits

_PERSON = {
    "last_name": "last", "second_last_name": "second", "first_name": "first", "middle_name": "middle",
    "name_suffix": "suffix", "alias_names": "alias", "birth_date": "dob", "age": "age", "sex": "sex", "race": "race",
    "ethnicity": "ethnicity", "sid": "sid", "fbi_number": "fbi", "local_id": "local", "address": "address",
}  # fmt: skip

#: Faults that any feed with the fact can have; see ``faults.py``.
COMMON_FAULTS = ("row_too_long", "row_too_short", "impossible_date", "future_date", "ancient_date")


@dataclass(frozen=True)
class Agency:
    """One agency: its place, its habits, how it numbers cases and arrests, and its two feeds."""

    place: Place
    habits: Habits
    case_number: Callable[[int, datetime], str]
    arrest_number: Callable[[int, datetime], str]
    arrest: Form
    shooting: Form


@dataclass(frozen=True)
class Codes:
    """How a department of correction writes what happened. Fights of two and of many may bear one name; ``unarmed`` are
    its ways to say that there was no weapon, ``finding`` its words for guilty, not guilty and undecided."""

    what: dict[str, str]
    role: dict[str, str]
    weapon: dict[str, str]
    unarmed: tuple[str | None, ...]
    injury: dict[str, str]
    finding: tuple[str, str, str | None]


def person(role: str, *names: str, prefix: str = "") -> dict[str, str]:
    """Contract columns of a person in a role -> facts, for the attributes named."""
    return {f"{role}_{name}": prefix + _PERSON[name] for name in names}
