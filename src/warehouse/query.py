"""Reading the publication: one statement, read only, while a build may be running."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from settings import Settings
from warehouse.errors import NoPublication, QueryError
from warehouse.kept import opened, publication, publication_path

_NAMES_TABLES = '`nnsc query "show all tables"` names the tables and their columns.'


@dataclass(frozen=True)
class QueryResult:
    """Column names and rows of an answer."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


def query(settings: Settings, sql: str, number: int | None = None) -> QueryResult:
    """Ask the publication, or a kept one by its number. It cannot be changed, and no other file can be reached.

    Raises:
        NoPublication: nothing was published yet, or that one is not kept.
        QueryError: the statement is wrong.
    """
    try:
        with _present(settings) if number is None else opened(publication(settings, number)) as db:
            cursor = db.execute(sql)
            if cursor is None:  # of a text without any statement
                raise QueryError("There is no statement in this text.", _NAMES_TABLES)
            columns = [column[0] for column in cursor.description or []]
            return QueryResult(columns, cursor.fetchall() if columns else [])
    except duckdb.Error as error:
        raise QueryError(f"The publication cannot answer this: {error}", _NAMES_TABLES) from error


def _present(settings: Settings) -> duckdb.DuckDBPyConnection:
    path = publication_path(settings)
    if not path.is_file():
        raise NoPublication(f"There is no publication at {path}.", "Run `nnsc build`.")
    limits: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": False,
        "threads": settings.threads,
        "lock_configuration": True,
    }
    return duckdb.connect(str(path), read_only=True, config=limits)
