"""One database for many small questions: to open one costs more than to ask it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import duckdb


@cache
def _database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"enable_external_file_cache": False})  # files of a test bear the same name each time


@contextmanager
def emptied() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory that holds nothing now, and nothing afterwards of what is made inside."""
    connection = _database()
    try:
        yield connection
    finally:
        found = "select table_type, table_name from information_schema.tables order by table_type desc"  # views first
        for kind, name in connection.execute(found).fetchall():
            connection.execute(f'drop {"view" if kind == "VIEW" else "table"} "{name}"')
