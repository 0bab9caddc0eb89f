"""Schema ``store`` of the database of publications: a table for each file of rows that publications are made of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import duckdb

from settings import Settings
from warehouse.engine import client_config
from warehouse.kept import RECORD, Kept
from warehouse.postgres import attach

_CATALOG = "published"


def there(cursor: Any) -> set[str]:
    """Names of the tables that stand."""
    cursor.execute("select tablename from pg_tables where schemaname = 'store'")
    return {row[0] for row in cursor.fetchall()}


def copy(settings: Settings, published: dict[str, str], kept: Kept, stored: set[str]) -> None:
    """Bring the tables whose content is not stored yet, all of them or none."""
    wanted = {name: file for table in kept.tables for name, file in stored_files(kept, table).items()}
    missing = {name: file for name, file in wanted.items() if name not in stored}
    if not missing:
        return
    with duckdb.connect(config=client_config(settings)) as db:
        attach(db, _CATALOG, published)
        db.begin()
        for name, file in missing.items():
            db.execute(f'create table {_CATALOG}.store."{name}" as select * from {kept.scan(file)}')
        db.commit()


def stored_files(kept: Kept, table: str) -> dict[str, str]:
    """The tables of schema ``store`` that hold a table's rows, the first with all of its columns; their Parquet files.

    A table in parts is its base, the keys that went, and the rows that came: the last two are named by its content and
    its base, for a publication that was tried and ended leaves its number to another. Postgres ends names at 63 bytes.
    """
    parts, content = kept.parts(table), kept.content(table)
    if parts is None:
        return {_stored_name(content): content}
    name = f"{table.split('.')[1][:24]}_{_digest(content)}_{_digest(parts.base)[:6]}"
    return {_stored_name(parts.base): parts.base, f"{name}_gone": parts.gone, f"{name}_came": parts.came}


def _stored_name(content: str) -> str:
    """The table of schema ``store`` with a content that stands in one file."""
    return f"{content.split('.')[1][:38]}_{_digest(content)}"


def _digest(content: str) -> str:
    return content.split(".")[2]


def standing(kept: Kept, table: str, names: Collection[str]) -> list[str]:
    """The tables among those that stand (``names``) which hold a table's rows; none where they do not.

    A program of before (ADR 153) stored whole what stands in parts.
    """
    own, whole = [*stored_files(kept, table)], [_stored_name(kept.content(table))]
    return next((tables for tables in (own, whole) if set(tables) <= set(names)), [])


def rows(tables: Sequence[str]) -> str:
    """The rows of a table as a query, by the tables that hold them."""
    first, *parts = tables
    if not parts:
        return f'select * from store."{first}"'
    gone, came = parts
    return (
        f'select base.* from store."{first}" as base '
        f'where not exists (select 1 from store."{gone}" as gone where gone.{RECORD} = base.{RECORD}) '
        f'union all select * from store."{came}"'
    )


def columns(cursor: Any) -> dict[str, list[tuple[str, str]]]:
    """Names and types of the columns of each stored table."""
    cursor.execute(
        "select table_name, column_name, data_type from information_schema.columns where table_schema = 'store' "
        "order by table_name, ordinal_position"
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in cursor.fetchall():
        found.setdefault(table, []).append((column, kind))
    return found
