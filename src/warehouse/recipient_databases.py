"""Recipients on a Postgres server: a database and a role for each, and row-level security by jurisdiction inside.

The database ``<warehouse>_for_<recipient>`` holds what the recipient's file holds, and only the role of that name may
connect. Readers that the policy declares (``readers``) are roles ``<that name>__<reader>``: they see the rows of their
places and the public lists, of tables that do not say their place nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb

from governance.recipients import Recipient
from settings import Settings
from warehouse.engine import client_config
from warehouse.errors import PublishError
from warehouse.postgres import attach, connect, quoted
from warehouse.publication import PUBLISHED_SCHEMAS
from warehouse.serving import explained

_CATALOG, _DRAFT, _GONE = "recipient", "draft_", "gone_"
_PLACE = "jurisdiction_id"
_TOTALS = "__totals"
"""End of the name of a table of roll-ups: a row without a place adds over those that its recipient has."""
_LONGEST_NAME = 63
"""Bytes of a name that Postgres keeps; a longer one would be cut, and two could become one."""
_REMEDY = "Let the user of NNSC_WAREHOUSE create databases and roles: `alter role U createdb createrole`."

#: Places of each role: a list of jurisdictions, or None for all rows that the recipient has.
Roles = Mapping[str, Sequence[str] | None]


def database_of(target: Mapping[str, str], recipient: str) -> dict[str, str]:
    """Where a recipient's publication is served; the role that may connect has the name of the database."""
    return {**target, "dbname": f"{target['dbname']}_for_{recipient}"}


def roles_of(database: str, recipient: Recipient) -> Roles:
    """The recipient's role and those of its readers, with their places.

    Raises:
        PublishError: Postgres would cut one of the names.
    """
    own = None if recipient.jurisdictions == "all" else recipient.jurisdictions
    roles = {database: own, **{f"{database}__{name}": places for name, places in recipient.readers.items()}}
    if long := [name for name in roles if len(name.encode()) > _LONGEST_NAME]:
        raise PublishError(
            f"The name {long[0]} is longer than the {_LONGEST_NAME} bytes of a name in Postgres.",
            "Give the recipient, its reader or the warehouse database a shorter name.",
        )
    return roles


def serve_recipient(
    settings: Settings, target: dict[str, str], name: str, recipient: Recipient, file: Path, public: Sequence[str]
) -> None:
    """Make a recipient's file what its roles see, in one step; ``public`` names its tables of T0.

    Raises:
        PublishError: the server does not allow a step; the recipient keeps what it has.
    """
    place = database_of(target, name)
    roles = roles_of(place["dbname"], recipient)
    with explained(_REMEDY):
        _prepare(target, place, roles)
        with connect(place) as connection, connection.cursor() as cursor:
            _drop(cursor, _DRAFT)
            _drop(cursor, _GONE)
            tables = _copy(settings, place, file)
            cursor.execute("begin")
            for table, columns in tables.items():
                _secure(cursor, table, columns, roles, is_public=table in public)
            _swap(cursor, roles)
            cursor.execute("commit")
            _drop(cursor, _GONE)


def close_undeclared(target: dict[str, str], recipients: Mapping[str, Recipient]) -> None:
    """Nobody connects any more to the database of a recipient that the policy no longer declares."""
    prefix = database_of(target, "")["dbname"]
    declared = {database_of(target, name)["dbname"] for name in recipients}
    with explained(_REMEDY), connect(target) as connection, connection.cursor() as cursor:
        cursor.execute("select datname from pg_database where starts_with(datname, %s)", [prefix])
        for (database,) in cursor.fetchall():
            if database not in declared:
                _close(cursor, database, keep=[])


def _prepare(target: dict[str, str], place: Mapping[str, str], roles: Roles) -> None:
    """The database, closed to everybody but the recipient's roles, and these roles."""
    database = place["dbname"]
    with connect(target) as connection, connection.cursor() as cursor:
        for role in roles:
            cursor.execute("select 1 from pg_roles where rolname = %s", [role])
            if not cursor.fetchone():
                cursor.execute(f'create role "{role}" nologin')
        cursor.execute("select 1 from pg_database where datname = %s", [database])
        if not cursor.fetchone():
            cursor.execute(f'create database "{database}"')
        _close(cursor, database, keep=list(roles))
        for role in roles:
            cursor.execute(f'grant connect on database "{database}" to "{role}"')
    with connect(dict(place)) as connection, connection.cursor() as cursor:
        cursor.execute("revoke all on schema public from public")


def _close(cursor: Any, database: str, keep: Sequence[str]) -> None:
    """Nobody may connect to a database but the roles of its name that are kept."""
    cursor.execute(f'revoke all on database "{database}" from public')
    cursor.execute("select rolname from pg_roles where rolname = %s or starts_with(rolname, %s)",
                   [database, f"{database}__"])  # fmt: skip
    for (role,) in cursor.fetchall():
        if role not in keep:
            cursor.execute(f'revoke all on database "{database}" from "{role}"')


def _copy(settings: Settings, place: dict[str, str], file: Path) -> dict[str, list[str]]:
    """Bring the recipient's tables into schemas that nobody else may enter yet; their columns by ``schema.table``."""
    with duckdb.connect(config=client_config(settings)) as db:
        db.execute(f"attach {quoted(str(file))} as given (read_only)")
        attach(db, _CATALOG, place)
        found: dict[str, list[str]] = {}
        for schema, table, column in db.execute(
            "select schema_name, table_name, column_name from duckdb_columns() where database_name = 'given' "
            "order by schema_name, table_name, column_index"
        ).fetchall():
            found.setdefault(f"{schema}.{table}", []).append(column)
        db.begin()
        for schema in PUBLISHED_SCHEMAS:
            db.execute(f'create schema {_CATALOG}."{_DRAFT}{schema}"')
        for table in found:
            schema, name = table.split(".")
            db.execute(f'create table {_CATALOG}."{_DRAFT}{schema}"."{name}" as from given."{schema}"."{name}"')
        db.commit()
    return found


def _secure(cursor: Any, table: str, columns: Sequence[str], roles: Roles, is_public: bool) -> None:
    """Who may read a table: by row where it says the place, as a whole only if it is public or the role sees all."""
    schema, name = table.split(".")
    relation = f'"{_DRAFT}{schema}"."{name}"'
    by_place = _PLACE in columns
    if by_place:
        cursor.execute(f"alter table {relation} enable row level security")
        cursor.execute(f"alter table {relation} force row level security")
    for number, (role, places) in enumerate(roles.items()):
        is_recipient = number == 0
        if not (by_place or is_public or is_recipient):
            continue
        cursor.execute(f'grant select on {relation} to "{role}"')
        if by_place:
            condition = "true" if places is None else f"{_PLACE} = any(%s)"
            if is_recipient and name.endswith(_TOTALS):
                condition += f" or {_PLACE} is null"
            cursor.execute(
                f'create policy "{role}" on {relation} for select to "{role}" using ({condition})',
                None if places is None else [list(places)],
            )


def _swap(cursor: Any, roles: Roles) -> None:
    """The schemas that stand give up their names and are closed; queries that run go on with what they began with."""
    gone = f"{_GONE}{uuid4().hex[:8]}_"
    for schema in PUBLISHED_SCHEMAS:
        cursor.execute("select 1 from pg_namespace where nspname = %s", [schema])
        if cursor.fetchone():
            cursor.execute(f'alter schema "{schema}" rename to "{gone}{schema}"')
            for role in roles:
                cursor.execute(f'revoke all on schema "{gone}{schema}" from "{role}"')
        cursor.execute(f'alter schema "{_DRAFT}{schema}" rename to "{schema}"')
        for role in roles:
            cursor.execute(f'grant usage on schema "{schema}" to "{role}"')


def _drop(cursor: Any, prefix: str) -> None:
    """Drop what is left of a draft or of the publication before."""
    from psycopg2 import errors

    cursor.execute("set lock_timeout = '500ms'")
    cursor.execute("select nspname from pg_namespace where starts_with(nspname, %s)", [prefix])
    for (schema,) in cursor.fetchall():
        with suppress(errors.LockNotAvailable):  # somebody still reads it; the next publication removes it
            cursor.execute(f'drop schema "{schema}" cascade')
    cursor.execute("reset lock_timeout")
