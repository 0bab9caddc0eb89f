"""What a report may read: the marts and reference lists of one publication, and nothing else of it.

A recipient's report reads the recipient's own publication, in which small numbers were left out already, so that a page
can show nothing that the recipient was not given.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from governance.recipients import chosen
from settings import Settings
from warehouse.errors import NoPublication
from warehouse.kept import Kept, opened, publication, publications

_SCHEMAS = ("marts", "reference")
#: Unsuppressed counts without names: as pseudonymous records, for those only who may read the publication itself.
INSIDE_TIER = "T2"


@dataclass(frozen=True)
class Source:
    """An open publication: which one, from when (UTC), at which tier, for whom (None: those who read it itself)."""

    publication_id: int
    published_at: datetime
    tier: str
    recipient: str | None
    is_newest: bool
    db: duckdb.DuckDBPyConnection = field(repr=False)
    tables: frozenset[str]

    @property
    def is_suppressed(self) -> bool:
        """True when small numbers were left out: a null count then says nothing else."""
        return self.tier <= "T1"

    def ask(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """Rows of a query with ``?`` for each value."""
        cursor = self.db.execute(sql, list(values))
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@contextmanager
def source(settings: Settings, recipient: str | None = None, day: date | None = None) -> Iterator[Source]:
    """The newest publication, or the one that stood at the end of a day (UTC), or a recipient's.

    Raises:
        NoPublication: there is none, or none that old is kept.
        UnknownRecipient: the recipient is not declared.
    """
    kept = _standing(settings, day)
    newest = publication(settings).publication_id
    if recipient is None:
        wanted = {name: rows for name, rows in kept.tables.items() if name.split(".")[0] in _SCHEMAS}
        only = Kept(kept.publication_id, {**kept.manifest, "tables": wanted}, kept.folder)
        with opened(only, settings.threads) as db:
            is_newest = kept.publication_id == newest
            yield Source(
                kept.publication_id, _published(kept), INSIDE_TIER, None, is_newest, db, frozenset(wanted)
            )  # fmt: skip
        return
    tier = chosen(settings, None, (recipient,))[recipient].tier
    folder = settings.home / "recipients" / recipient
    number = _given(folder, recipient)
    with duckdb.connect(config={"threads": settings.threads}) as db:
        tables = _attach(db, folder / "warehouse.duckdb")
        published_at = _published(publication(settings, number))
        yield Source(number, published_at, tier, recipient, True, db, frozenset(tables))


def _standing(settings: Settings, day: date | None) -> Kept:
    """The newest publication, or the newest one that was published by the end of a day."""
    if day is None:
        return publication(settings)
    for kept in publications(settings):
        if _published(kept).date() <= day:
            return kept
    raise NoPublication(f"No publication of {day} or before is kept.", "`nnsc publish list` names those that are.")


def _published(kept: Kept) -> datetime:
    return datetime.fromisoformat(kept.manifest["published_at"]).astimezone(UTC)


def _given(folder: Path, recipient: str) -> int:
    """The number of the publication that a recipient has."""
    file = folder / "manifest.json"
    if not file.is_file():
        raise NoPublication(f"{recipient} was given nothing yet.", f"Run `nnsc publish --recipient {recipient}`.")
    return int(json.loads(file.read_text())["publication_id"])


def _attach(db: duckdb.DuckDBPyConnection, file: Path) -> list[str]:
    """Views on the marts and reference lists of a recipient's file; their names."""
    quoted = str(file).replace("'", "''")
    db.execute(f"attach '{quoted}' as given (read_only)")
    found = db.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = 'given' and schema_name in ? "
        "order by all",
        [list(_SCHEMAS)],
    ).fetchall()
    for schema, name in found:
        db.execute(f'create schema if not exists "{schema}"')
        db.execute(f'create view "{schema}"."{name}" as from given."{schema}"."{name}"')
    return [f"{schema}.{name}" for schema, name in found]
