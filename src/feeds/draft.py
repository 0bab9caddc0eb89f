"""A first feed file from a sample: headings, guessed types, date formats, a candidate key, a likely record kind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from feeds.contracts import ColumnSpec, Contract
from feeds.profile import Profile, profile
from feeds.synonyms import COLUMNS, KINDS

_NUMBERED = re.compile(r"id$|key|num|no$|_nr|folio|expediente")
#: Contract columns that are no date of the event itself.
_OTHER_DATES = ("birth_date", "ended_on", "released_at")
_FATAL = {"FATAL", "Y", "YES", "TRUE", "T", "1", "SI", "S", "HOMICIDE"}
_NOT_FATAL = {"NON-FATAL", "NONFATAL", "N", "NO", "FALSE", "F", "0"}


@dataclass(frozen=True)
class Sample:
    """What is known of a source: where it came from, how it is read, headings and some rows (null is empty)."""

    name: str
    connector: dict[str, Any]
    reader: dict[str, Any]
    headings: tuple[str, ...]
    rows: list[dict[str, str | None]]


def draft(sample: Sample, contracts: dict[str, Contract], kind: str | None = None) -> str:
    """A feed file in YAML that names every heading and every contract column; what is a guess says so."""
    profiles = [profile(name, [row.get(name) for row in sample.rows]) for name in sample.headings]
    chosen = contracts[kind] if kind else suggest_kind(sample, contracts)
    mapped = _mapping(profiles, chosen)
    used = {p.heading for p in mapped.values()}
    key, ordinal = candidate_key(profiles, mapped, chosen, sample.rows)
    left = [name for name in sample.headings if name not in used and name not in key]
    told = f"unverified: drafted from {len(sample.rows)} rows of {sample.name}; probe and check it"
    lines = [
        f"description: {_scalar(f'TODO what one row of {sample.name} is, and since when')}",
        "publisher: TODO who publishes it",
        f"verified: {_scalar(told)}",
        "enabled: false",
        f"connector: {_flow(sample.connector)}",
        f"reader: {_flow(sample.reader)}",
        "# full: each delivery is everything. append: it adds and corrects. window: everything within a span of dates.",
        "delivery: {mode: full}",
        "layouts:",
        '  - name: "1"',
        f"    ignore: {_flow({'TODO why this is not needed': left} if left else {})}"
        "      # TODO map what is worth keeping; for the rest say why, by reason",
        "    records:",
        f"      - kind: {chosen.kind}",
        f"        key: {_flow({'columns': list(key), **({'ordinal': True} if ordinal else {})})}"
        "      # TODO do these make a record the same record next time?",
        "        map:",
        *(f"          {name}: {_mapped(p, chosen.columns[name])}" for name, p in mapped.items()),
        f"        not_supplied: {_flow(_not_supplied(chosen, set(mapped)))}",
    ]
    return "\n".join(lines) + "\n"


def suggest_kind(sample: Sample, contracts: dict[str, Contract]) -> Contract:
    """The record kind whose words and columns fit best."""
    words = " ".join([sample.name, *sample.headings]).lower()

    def score(contract: Contract) -> tuple[float, str]:
        profiles = [Profile(name, "text") for name in sample.headings]
        hits = sum(words.count(word) for word in KINDS.get(contract.kind, ()))
        return len(_mapping(profiles, contract)) / 4 + hits, contract.kind

    return max(contracts.values(), key=score)


def candidate_key(
    profiles: Sequence[Profile],
    mapped: dict[str, Profile],
    contract: Contract,
    rows: Sequence[Mapping[str, str | None]] = (),
) -> tuple[tuple[str, ...], bool]:
    """The columns that tell records apart, and whether rows with the same key are distinct records.

    Only headings that sound like a number of something are taken, alone or two together: in a small sample nearly
    every column is unique, ages and addresses included.
    """
    named = [p for p in profiles if p.complete and _NUMBERED.search(p.heading.lower())]
    references = [mapped[name].heading for name in contract.references.values() if name in mapped]
    unique = [p.heading for p in named if p.unique and p.kind in ("text", "integer")]
    for choice in ([n for n in unique if n in references], unique):
        if choice:
            return (choice[0],), False
    for pair in combinations([p.heading for p in named if p.kind in ("text", "integer")], 2):
        if len({tuple(row.get(name) for name in pair) for row in rows}) == len(rows) > 1:
            return pair, False
    fallback = references or [p.heading for p in profiles if p.complete][:3] or [profiles[0].heading]
    return tuple(fallback[:3]), True


def _mapping(profiles: Sequence[Profile], contract: Contract) -> dict[str, Profile]:
    found: dict[str, Profile] = {}
    role = contract.person.role if contract.person else ""
    for column in contract.columns:
        plain = column.removeprefix(f"{role}_") if role else column
        names = (plain, column, *COLUMNS.get(plain, ()))
        for heading in names:
            match = next((p for p in profiles if _plain(p.heading, role) == heading and p not in found.values()), None)
            if match:
                found[column] = match
                break
    return _with_a_date(found, profiles, contract)


def _with_a_date(found: dict[str, Profile], profiles: Sequence[Profile], contract: Contract) -> dict[str, Profile]:
    """Where no heading named the event's date, the first column of dates is likely to be it."""
    dates = [n for n, c in contract.columns.items() if c.type in ("date", "timestamp") and not n.endswith(_OTHER_DATES)]
    free = [p for p in profiles if p.kind == "date" and p not in found.values()]
    if dates and free and not any(name in found for name in dates):
        found[dates[0]] = free[0]
    return {name: found[name] for name in contract.columns if name in found}


def _plain(heading: str, role: str) -> str:
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", heading)
    plain = re.sub(r"[^a-z0-9]+", "_", snake.lower()).strip("_") or heading
    for prefix in (f"{role}_", "victim_", "vic_", "perp_", "suspect_", "offender_", "arrestee_"):
        if role and plain.startswith(prefix) and plain[len(prefix) :] in ("age", "sex", "race", "gender", "age_group"):
            return plain[len(prefix) :]
    return "date_" if heading == "date_" else plain


def _mapped(found: Profile, column: ColumnSpec) -> str:
    plain = _scalar(found.heading)
    if column.type in ("date", "timestamp"):
        formats = list(found.formats[:1]) or ["%Y-%m-%d"]
        note = "" if found.formats and not found.ambiguous else "   # TODO day and month could be exchanged"
        note = note if found.formats else "   # TODO no format fits every value"
        return _flow({"from": found.heading, "parse": formats[0]}) + note
    if column.type == "integer":
        return _flow({"from": found.heading, "parse": "integer"})
    if column.type == "boolean" and found.codes:
        guess = {c: c.upper() in _FATAL for c in found.codes if c.upper() in _FATAL | _NOT_FATAL}
        missing = sorted(set(found.codes) - set(guess))
        return _flow({"from": found.heading, "values": guess or dict.fromkeys(found.codes, False)}) + (
            f"   # TODO {', '.join(missing)}" if missing else ""
        )
    if found.comma and column.type in ("decimal", "latitude", "longitude"):
        return _flow({"from": found.heading, "decimal": ","})
    return plain


def _not_supplied(contract: Contract, mapped: set[str]) -> list[str]:
    return [name for name in contract.columns if name not in mapped]


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(v) for v in value) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    """A YAML scalar, quoted where it would be read as something else."""
    import json

    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    word = re.fullmatch(r"[A-Za-z_][\w ./@+-]*[\w.]|[A-Za-z_]", value) and value.lower() not in _WORDS
    return value if word else json.dumps(value, ensure_ascii=False)


#: Text that YAML would read as something other than text.
_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "t", "f"}
