"""Publications for recipients: of the newest publication, only what their tier, place and purpose allow.

A table goes along if its rows' tier does, a column if its own does; keys are pseudonyms of this recipient alone;
records of juveniles stay with T4; at T1 and below small numbers are suppressed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from governance.audit import Event
from governance.cells import Suppression, left_out, name_of
from governance.decisions import Asked, decide
from governance.recipients import Recipient, generation, pseudonym_key
from ingest.ledger import note, transaction
from ingest.secret import define_keyed
from settings import Settings
from warehouse.ages import BORN_LATE, MEMBERSHIPS, is_juvenile
from warehouse.engine import engine_for
from warehouse.errors import PublishError
from warehouse.kept import Kept, publication

#: Keys of events that belong to one person: what hangs on a juvenile's event stays with it.
_PERSONAL = (
    "arrest_key",
    "probation_term_key",
    "engagement_key",
    "ipv_event_key",
    "booking_key",
    "mention_key",
    "person_key",
    "other_person_key",
)
_PLACE, _MENTION = "jurisdiction_id", "mention_key"


@dataclass
class Delivered:
    """What one recipient got: rows by table, and how many numbers were left out."""

    recipient: str
    tier: str
    path: Path
    tables: dict[str, int] = field(default_factory=dict)
    suppressed: int = 0
    waits_for: int | None = None
    """The decision that a second person has to confirm before anything is written."""


def write_for(settings: Settings, name: str, recipient: Recipient, who: str = "", why: str = "") -> Delivered:
    """Write a recipient's publication anew, in one step, and a line in the audit log; T3 and T4 take two people.

    Raises:
        NoPublication: nothing was published yet.
        PublishError: the publication does not say its tiers.
        TierViolation: what was given before gives a small number away now.
    """
    kept = publication(settings)
    if "tiers" not in kept.manifest:
        raise PublishError("The publication does not say its tiers.", "Run `nnsc publish`, then this again.")
    folder = settings.private_dir(settings.private_dir(settings.home / "recipients") / name)
    done = Delivered(name, recipient.tier, folder / "warehouse.duckdb")
    if recipient.tier >= "T3":
        seen = {"publication_id": kept.publication_id, "tier": recipient.tier}
        with transaction(settings) as connection:
            outcome = decide(connection, settings, Asked("list_release", f"recipient {name}", who, why, seen))
        if not outcome.is_effective:
            done.waits_for = outcome.decision_id
            return done
    draft = folder / f".draft-{os.getpid()}.duckdb"
    memory = folder / "given.json"
    given: dict[str, Any] = json.loads(memory.read_text()) if memory.is_file() else {}
    mask = os.umask(0o077)
    try:
        with duckdb.connect(str(draft), config={"threads": settings.threads}) as db:
            define_keyed(db, pseudonym_key(settings, name))
            Writer(db, kept, recipient, done, given).all()
        told = {"tier": recipient.tier, "publication_id": kept.publication_id, "tables": done.tables}
        told |= {"suppressed": done.suppressed, "key_generation": generation(settings, name)}
        memory.with_suffix(".new").write_text(json.dumps(given) + "\n")
        memory.with_suffix(".new").replace(memory)  # first: what is about to be given counts as given
        public = [table for table in done.tables if kept.manifest["tiers"].get(table, {}).get("tier") == "T0"]
        engine_for(settings).serve_recipient(name, recipient, draft, public)
        draft.replace(done.path)
        head = note(settings, Event("publication", f"recipient {name}", told))
        manifest = {**told, "purpose": recipient.purpose, "audit": {"seq": head.seq, "digest": head.digest}}
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    finally:
        os.umask(mask)
        draft.unlink(missing_ok=True)
    return done


class Writer:
    """One recipient's file while it is written."""

    def __init__(
        self, db: duckdb.DuckDBPyConnection, kept: Kept, recipient: Recipient, done: Delivered, given: dict[str, Any]
    ) -> None:
        self.db, self.kept, self.recipient, self.done, self.given = db, kept, recipient, done, given
        self.tiers: dict[str, Mapping[str, Any]] = kept.manifest["tiers"]

    def all(self) -> None:
        """Every table that the recipient may have."""
        if self.recipient.tier < "T4":
            self.find_juveniles()
        for table in sorted(self.kept.tables):
            told = self.tiers.get(table)
            if told is None or told["tier"] > self.recipient.tier:
                continue
            if self.recipient.jurisdictions != "all" and not self._says_its_places(table):
                continue  # people over all places, decisions about words of others
            if self.recipient.tier == "T1" and told["tier"] == "T1":
                if told.get("suppress"):
                    self._suppressed(table, Suppression.model_validate(told["suppress"]))
                continue  # an aggregate that does not say its cells cannot be suppressed, so it stays here
            columns = [c for c in self._columns(table) if told["columns"].get(c, told["tier"]) <= self.recipient.tier]
            if columns:
                shown = [self._shown(column, column in told["pseudonyms"]) for column in columns]
                self._copy(table, f"select {', '.join(shown)} from {self.rows(table)}")

    def _copy(self, table: str, select: str) -> None:
        schema, name = table.split(".")
        self.db.execute(f'create schema if not exists "{schema}"')
        self.db.execute(f'create table "{schema}"."{name}" as {select}')
        self.done.tables[table] = self._count(f'"{schema}"."{name}"')

    def _count(self, relation: str) -> int:
        return int(self.db.execute(f"select count(*) from {relation}").fetchall()[0][0])

    def _columns(self, table: str) -> list[str]:
        cursor = self.db.execute(f"select * from {self.kept.rows(table)} limit 0")
        return [column[0] for column in cursor.description or []]

    def _shown(self, column: str, is_pseudonym: bool) -> str:
        """A column as the recipient sees it: keys under the recipient's own pseudonyms, the same in every table."""
        return f'keyed("{column}") as "{column}"' if is_pseudonym else f'"{column}"'

    def rows(self, table: str) -> str:
        """The rows of a table that the recipient may have."""
        columns, wanted = self._columns(table), self.recipient.jurisdictions
        conditions = []
        if wanted != "all" and _PLACE in columns:
            conditions.append(self._in_places())
        elif wanted != "all" and _MENTION in columns:
            conditions.append(f"{_MENTION} in ({self._mentions_in_places()})")
        if self.recipient.tier < "T4":
            conditions += [f"not coalesce({test}, false)" for test in is_juvenile(columns)]
            conditions += [
                f"coalesce(\"{key}\", '') not in (select key from juvenile)" for key in _PERSONAL if key in columns
            ]
        return self.kept.rows(table) + (f" where {' and '.join(conditions)}" if conditions else "")

    def _says_its_places(self, table: str) -> bool:
        """True when a recipient of some jurisdictions only may have a table: its rows can be told apart, or are T0."""
        columns = self._columns(table)
        return self.tiers[table]["tier"] == "T0" or _PLACE in columns or _MENTION in columns

    def _in_places(self) -> str:
        quoted = ", ".join("'" + place.replace("'", "''") + "'" for place in self.recipient.jurisdictions)
        return f"{_PLACE} in ({quoted})"

    def _mentions_in_places(self) -> str:
        """Mentions in any fact of the recipient's places: what a table without a place is told apart by."""
        both = [t for t in self.kept.tables if {_PLACE, _MENTION} <= set(self._columns(t))]
        parts = [f"select {_MENTION} from {self.kept.rows(table)} where {self._in_places()}" for table in both]
        return " union all ".join(parts) if parts else "select null"

    def find_juveniles(self) -> None:
        """Keys of every event of a person who was a juvenile in it, in any version of the record."""
        self.db.execute("create temp table juvenile (key varchar)")
        if BORN_LATE in self.kept.tables:
            self.db.execute(f"insert into juvenile select {_MENTION} from {self.kept.rows(BORN_LATE)}")
        for table in self.kept.tables:
            columns = self._columns(table)
            tests = is_juvenile(columns) + ([f"{_MENTION} in (from juvenile)"] if _MENTION in columns else [])
            for key in _PERSONAL if table.startswith("core.fct_") else ():
                if tests and key in columns:
                    source = f'select distinct "{key}" from {self.kept.rows(table)} where {" or ".join(tests)}'
                    self.db.execute(f'insert into juvenile select * from ({source}) where "{key}" is not null')
        for table in MEMBERSHIPS:  # whoever was a juvenile in one mention is followed in none
            if table in self.kept.tables:
                source = f"select person_key from {self.kept.rows(table)} where mention_key in (from juvenile)"
                self.db.execute(f"insert into juvenile {source}")

    def _suppressed(self, table: str, rule: Suppression) -> None:
        """An aggregate with its small numbers left out, and its roll-ups in ``<table>__totals``."""
        cursor = self.db.execute(f"select {', '.join(self._kept_columns(rule))} from {self.rows(table)} order by all")
        names = [column[0] for column in cursor.description or []]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        released = left_out(rows, rule, self.recipient.largest_suppressed, self.given.get(table, ()))
        self.given[table] = released.given
        counts = _counts(rule)
        shown = [{**row, **_masked(row, rule.cells, counts, released.hidden)} for row in rows]
        totals = [total for columns in rule.roll_ups for total in _totals(rows, columns, rule, released.hidden)]
        types = {name: kind for name, kind, *_ in self.db.execute(f"describe from {self.kept.rows(table)}").fetchall()}
        for target, content in ((table, shown), (f"{table}__totals", totals)):
            self.done.suppressed += sum(row[c] is None for row in content for c in counts)
            self._insert(target, [*rule.cells, *counts], types, content)

    def _kept_columns(self, rule: Suppression) -> list[str]:
        return [f'"{name}"' for name in [*rule.cells, *_counts(rule)]]

    def _insert(
        self, table: str, names: list[str], types: Mapping[str, str], rows: Sequence[Mapping[str, Any]]
    ) -> None:
        schema, name = table.split(".")
        self.db.execute(f'create schema if not exists "{schema}"')
        columns = ", ".join(f'"{column}" {types[column]}' for column in names)
        self.db.execute(f'create table "{schema}"."{name}" ({columns})')
        if rows:
            places = ", ".join("?" * len(names))
            values = [[row[column] for column in names] for row in rows]
            self.db.executemany(f'insert into "{schema}"."{name}" values ({places})', values)
        self.done.tables[table] = len(rows)


def _counts(rule: Suppression) -> list[str]:
    return list(dict.fromkeys(name for total, parts in rule.counts.items() for name in [total, *parts]))


def _masked(row: Mapping[str, Any], columns: Sequence[str], counts: Sequence[str], hidden: set[str]) -> dict[str, Any]:
    return {count: None if name_of(row, columns, count) in hidden else row[count] for count in counts}


def _totals(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str], rule: Suppression, hidden: set[str]
) -> list[dict[str, Any]]:
    """One row for each group of a roll-up; the columns that it adds over are null."""
    counts = _counts(rule)
    groups: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        group = groups.setdefault(
            tuple(row[c] for c in columns),
            {**dict.fromkeys(rule.cells), **{c: row[c] for c in columns}, **dict.fromkeys(counts, 0)},
        )
        for count in counts:
            group[count] += row[count] or 0
    return [{**group, **_masked(group, columns, counts, hidden)} for group in groups.values()]
