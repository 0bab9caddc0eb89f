"""Who was younger than 18 in any record of theirs, and who is known to be an adult."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from settings import Settings
from warehouse.kept import publication
from warehouse.query import query
from warehouse.reading import note_question

ADULT = 18
#: Mentions of whom a birth date alone tells that they were minors; facts do not carry birth dates.
BORN_LATE = "core.juvenile_mention"
MEMBERSHIPS = ("core.person_membership", "core.person_membership_roster", "core.person_membership_victim")


@dataclass(frozen=True)
class Ages:
    """People at the grade action; whoever has no recorded age is in neither."""

    minors: frozenset[str]
    """Younger than 18 in any version of any record."""
    adults: frozenset[str]
    """18 or older in a record, and a minor in none."""


def is_juvenile(columns: Sequence[str]) -> list[str]:
    """Conditions under which a row speaks of a person younger than 18; a band counts if it begins below."""
    ages, bands = _columns(columns)
    return [f'"{c}" < {ADULT}' for c in ages] + [f"(\"{c}\" like '<%' or {_begins(c)} < {ADULT})" for c in bands]


def is_adult(columns: Sequence[str]) -> list[str]:
    """Conditions under which a row speaks of an adult; a band counts if it begins at 18 or above."""
    ages, bands = _columns(columns)
    found = [f'"{c}" >= {ADULT}' for c in ages]
    return found + [f"(\"{c}\" not like '<%' and {_begins(c)} >= {ADULT})" for c in bands]


def by_person(settings: Settings, number: int | None = None) -> Ages:
    """Minors and adults of the newest publication, or of a kept one by its number.

    Raises:
        NoPublication: nothing was published yet, or that one is not kept.
    """
    tables = publication(settings, number).manifest["tiers"]
    parts = [
        f"select mention_key, coalesce({' or '.join(is_juvenile(told['columns']))}, false) as is_minor, "
        f"coalesce({' or '.join(is_adult(told['columns']))}, false) as is_adult from {table}"
        for table, told in tables.items()
        if table.startswith("core.fct_") and "mention_key" in told["columns"] and is_adult(told["columns"])
    ]
    if BORN_LATE in tables:
        parts.append(f"select mention_key, true, false from {BORN_LATE}")
    members = " union all ".join(
        f"select mention_key, person_key from {table} where grade = 'action' and known_to is null"
        for table in MEMBERSHIPS
        if table in tables
    )
    sql = (
        f"with record as ({' union all '.join(parts)}), member as ({members}) "
        "select person_key, bool_or(is_minor), bool_or(is_adult) from member join record using (mention_key) group by 1"
    )
    note_question(settings, sql, number)
    rows = query(settings, sql, number).rows
    return Ages(
        frozenset(person for person, is_minor, _ in rows if is_minor),
        frozenset(person for person, is_minor, is_adult_too in rows if is_adult_too and not is_minor),
    )


def _columns(columns: Sequence[str]) -> tuple[list[str], list[str]]:
    return [c for c in columns if c.endswith("_age")], [c for c in columns if c.endswith("_age_group")]


def _begins(column: str) -> str:
    return f"try_cast(regexp_extract(\"{column}\", '^[0-9]+') as integer)"
