"""Reaching a Postgres server: by psycopg2 for what only it understands, by DuckDB for everything that is much."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from warehouse.errors import WarehouseError


def parse(url: str) -> dict[str, str]:
    """Host (or socket folder), port, user, password and database that a URL names.

    Raises:
        WarehouseError: it is not a Postgres URL, or lacks the user or the database.
    """
    from psycopg2 import ProgrammingError
    from psycopg2.extensions import parse_dsn

    remedy = "Write it as postgresql://user:password@host:5432/database (a socket folder as ?host=/folder)."
    try:
        named = {key: str(value) for key, value in parse_dsn(url).items()}
    except ProgrammingError as error:
        raise WarehouseError("NNSC_WAREHOUSE is not a Postgres URL.", remedy) from error
    if missing := [name for name in ("user", "dbname") if not named.get(name)]:
        raise WarehouseError(f"NNSC_WAREHOUSE does not name {' and '.join(missing)}.", remedy)
    return {"host": "localhost", "port": "5432", "password": "", **named}


@contextmanager
def connect(target: dict[str, str]) -> Iterator[Any]:
    """A psycopg2 connection where each statement stands for itself; closed at the end.

    Raises:
        WarehouseError: the server does not answer or refuses.
    """
    import psycopg2

    try:
        connection = psycopg2.connect(**{name: value for name, value in target.items() if value})
    except psycopg2.OperationalError as error:
        raise WarehouseError(
            f"The Postgres database {target['dbname']} at {target['host']} cannot be reached: {str(error).strip()}.",
            "Check that the server runs and that NNSC_WAREHOUSE names its user, password and database.",
        ) from error
    connection.autocommit = True
    try:
        yield connection
    finally:
        connection.close()


def attach(db: duckdb.DuckDBPyConnection, name: str, target: dict[str, str]) -> None:
    """Attach a Postgres database to a DuckDB connection; its password goes into a secret, not into messages."""
    db.execute(f"load {quoted(str(extension()))}")
    options = {"host": "host", "port": "port", "user": "user", "password": "password", "dbname": "database"}
    stated = ", ".join(f"{theirs} {quoted(target[ours])}" for ours, theirs in options.items() if target[ours])
    db.execute(f"create or replace temporary secret {name} (type postgres, {stated})")
    db.execute(f"attach '' as {name} (type postgres, secret {name})")


def extension() -> Path:
    """DuckDB's Postgres extension, which comes as a package: nothing is downloaded at run time."""
    import duckdb_extension_postgres_scanner as package

    return next(Path(package.__file__).parent.rglob("*.duckdb_extension"))


def quoted(text: str) -> str:
    """Text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
