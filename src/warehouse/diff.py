"""What changed from one publication to another: tables by content, rows where asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import duckdb

from settings import Settings
from warehouse.errors import QueryError
from warehouse.kept import Kept, publication, publications
from warehouse.reading import note_rows


@dataclass(frozen=True)
class TableChange:
    """One table that differs: rows before and after (None where it is absent), and rows that left and came."""

    table: str
    before: int | None
    after: int | None
    left: int = 0
    came: int = 0
    columns: list[str] = field(default_factory=list)
    #: Some of the rows: ``-`` or ``+``, then the values of ``columns``.
    rows: list[tuple[Any, ...]] = field(default_factory=list)


@dataclass(frozen=True)
class Diff:
    """Two publications and the tables that differ; the others are the same files."""

    before: int
    after: int
    changes: list[TableChange]
    unchanged: int


def diff(settings: Settings, old: int | None = None, new: int | None = None, table: str = "", limit: int = 20) -> Diff:
    """Compare two kept publications (the newest with the one before it, unless numbers are given).

    With ``table``, only that one, and up to ``limit`` of its rows that left or came.

    Raises:
        NoPublication: one of them is not kept.
        QueryError: neither has that table.
    """
    after = publication(settings, new)
    before = publication(settings, _before(settings, after) if old is None else old)
    names = sorted(before.tables.keys() | after.tables.keys())
    if table and table not in names:
        raise QueryError(f"Neither publication has a table {table}.", "`nnsc publish diff` names those that changed.")
    for kept in (before, after) if table else ():
        if table in kept.tables:
            note_rows(settings, table, kept.publication_id)
    wanted = [table] if table else names
    changed = [name for name in wanted if before.manifest["files"].get(name) != after.manifest["files"].get(name)]
    changes = [_change(before, after, name, limit if table else 0) for name in changed]
    return Diff(before.publication_id, after.publication_id, changes, len(wanted) - len(changed))


def _before(settings: Settings, after: Kept) -> int:
    older = [one.publication_id for one in publications(settings) if one.publication_id < after.publication_id]
    return older[0] if older else after.publication_id


def _change(before: Kept, after: Kept, table: str, limit: int) -> TableChange:
    if table not in before.tables or table not in after.tables:
        return TableChange(table, before.tables.get(table), after.tables.get(table))
    with duckdb.connect() as db:
        _open(db, "old", before, table)
        _open(db, "new", after, table)
        shared = _shared(db)
        listed = ", ".join(f'"{column}"' for column in shared)
        only = "select {0} from {1} except all select {0} from {2}"
        db.execute(f"create temp table gone as {only.format(listed, 'old', 'new')}")
        db.execute(f"create temp table come as {only.format(listed, 'new', 'old')}")
        left, came = (db.execute(f"select count(*) from {name}").fetchall()[0][0] for name in ("gone", "come"))
        rows = db.execute(
            f"(select * from (select '-' as change, * from gone order by all limit {limit})) union all "
            f"(select * from (select '+' as change, * from come order by all limit {limit})) "
            "order by columns(* exclude change), change desc"
        ).fetchall()
    return TableChange(table, before.tables[table], after.tables[table], left, came, ["change", *shared], rows)


def _open(db: duckdb.DuckDBPyConnection, name: str, kept: Kept, table: str) -> None:
    db.execute(f"create view {name} as select * from {kept.rows(table)}")


def _shared(db: duckdb.DuckDBPyConnection) -> list[str]:
    """The columns that both publications have, in the order of the newer."""
    old = {row[0] for row in db.execute("describe old").fetchall()}
    return [row[0] for row in db.execute("describe new").fetchall() if row[0] in old]
