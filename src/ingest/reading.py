"""Databases in memory for the work on deliveries: one DuckDB a process, a connection of its own for each task."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

#: By their settings. Starting a DuckDB costs 25 ms of processor time, a connection to one that runs half of one.
_kept: dict[tuple[tuple[str, Any], ...], duckdb.DuckDBPyConnection] = {}


def forget_databases() -> None:
    """Let go of the kept databases; each ends with the last connection to it."""
    while _kept:
        _kept.popitem()[1].close()


# A process that forks must not hand a running database to its child.
os.register_at_fork(before=forget_databases)


@contextmanager
def own_database(**config: Any) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection whose temporary tables, views and variables are its own and gone afterwards; make no others on it.

    ``config`` is DuckDB's; tasks of a process with the same one share memory limit, threads and spill folder. Never
    DuckDB's default connection: it lives as long as the process, and after one internal error it refuses every later
    question of that process.
    """
    import duckdb

    told = tuple(sorted(config.items()))
    if told not in _kept:
        # What a file held is not kept: another one may stand under its name, written within the same tick of the clock.
        _kept[told] = duckdb.connect(config={**config, "enable_external_file_cache": False})
    connection = _kept[told].cursor()
    try:
        yield connection
    except (duckdb.FatalException, duckdb.InternalException):
        forget_databases()
        raise
    finally:
        connection.close()


def ask(sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of one question."""
    with own_database() as connection:
        return connection.execute(sql, list(parameters)).fetchall()
