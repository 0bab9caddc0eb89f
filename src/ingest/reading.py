"""Questions to Parquet files of a delivery, each on a database of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb


@contextmanager
def own_database() -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB in memory, gone afterwards.

    Never DuckDB's default connection: it lives as long as the process, and after one internal error it refuses every
    later question of that process.
    """
    import duckdb

    with duckdb.connect() as connection:
        yield connection


def ask(sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of one question."""
    with own_database() as connection:
        return connection.execute(sql, list(parameters)).fetchall()
