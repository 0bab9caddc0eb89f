"""Publications on a Postgres server: a database of their own, where readers find core, marts and reference as views.

Files of rows are stored once, as tables of schema ``store`` (``stored.py``). A publication is three schemas of views on
them. The new views take over the names without locking a table and still show the publication before; then one row says
which publication is current, and every statement sees one value of it. Without that row a statement whose two marts are
looked up before and after the change of names would meet two publications.
The publication before stays as ``core_p000012`` and so on, as long as it is kept.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import duckdb

from settings import Settings
from warehouse.errors import PublishError
from warehouse.kept import Kept, publications
from warehouse.postgres import connect
from warehouse.publication import PUBLISHED_SCHEMAS, Relation
from warehouse.stored import columns, copy, rows, standing, there

#: Group role of everybody who may read publications.
READERS = "nnsc_analyst"
_CURRENT = "(select publication_id from store.publication where is_current)"
_GONE = "_gone_"
#: Between the change of names and that of the row: longer than a statement takes from its names to its snapshot.
_SETTLE_SECONDS = 0.5
_REMEDY = (
    "Let the user of NNSC_WAREHOUSE own both databases (`create database X_published owner U`), and create the role "
    f"once: `create role {READERS} nologin`."
)


def database_of(target: dict[str, str]) -> dict[str, str]:
    """Where the publications of a warehouse are served: another database, so that readers cannot reach names."""
    return {**target, "dbname": f"{target['dbname']}_published"}


def serve(settings: Settings, target: dict[str, str], kept: Kept, relations: Sequence[Relation]) -> None:
    """Make a publication what readers of the server see.

    Raises:
        PublishError: the server does not allow a step; its readers keep the publication before.
    """
    published = database_of(target)
    with explained(_REMEDY):
        _prepare(target, published)
        with connect(published) as connection, connection.cursor() as cursor:
            copy(settings, published, kept, there(cursor))
            before = _current(settings, cursor)
            _rename(cursor, kept, before, relations)
            _show(cursor, kept)
            numbers = [kept.publication_id, *(one.publication_id for one in publications(settings))]
            _remove_old(cursor, sorted(numbers)[-settings.publications_kept :], before)


def _prepare(target: dict[str, str], published: dict[str, str]) -> None:
    """The role of readers and the database that they may enter; the warehouse itself is closed to everybody else."""
    with connect(target) as connection, connection.cursor() as cursor:
        cursor.execute("select 1 from pg_roles where rolname = %s", [READERS])
        if not cursor.fetchone():
            cursor.execute(f"create role {READERS} nologin")
        cursor.execute("select 1 from pg_database where datname = %s", [published["dbname"]])
        if not cursor.fetchone():
            cursor.execute(f'create database "{published["dbname"]}"')
        cursor.execute(f'revoke all on database "{target["dbname"]}" from public')
        cursor.execute(f'revoke all on database "{published["dbname"]}" from public')
        cursor.execute(f'grant connect on database "{published["dbname"]}" to {READERS}')
    with connect(published) as connection, connection.cursor() as cursor:
        cursor.execute("create schema if not exists store")
        cursor.execute(
            "create table if not exists store.publication "
            "(publication_id integer primary key, is_current boolean not null)"
        )


def _current(settings: Settings, cursor: Any) -> Kept | None:
    """The publication that readers see now, if its files are still kept."""
    cursor.execute(f"select {_CURRENT}")
    number = cursor.fetchone()[0]
    return next((one for one in publications(settings) if one.publication_id == number), None)


def _rename(cursor: Any, kept: Kept, before: Kept | None, relations: Sequence[Relation]) -> None:
    """Build the new views under the names that readers use; they show what the views before showed."""
    found = columns(cursor)
    cursor.execute("begin")
    for schema in PUBLISHED_SCHEMAS:
        _put_aside(cursor, schema)
        cursor.execute(f'create schema "{schema}"')
        cursor.execute(f'grant usage on schema "{schema}" to {READERS}')
    for relation in relations:
        cursor.execute(f"create view {relation.sql} as {_query(kept, before, relation.table, found)}")
        cursor.execute(f"comment on view {relation.sql} is %s", [relation.description])
        for column, text in relation.columns.items():
            cursor.execute(f'comment on column {relation.sql}."{column}" is %s', [text])
    for schema in PUBLISHED_SCHEMAS:
        cursor.execute(f'grant select on all tables in schema "{schema}" to {READERS}')
    cursor.execute("commit")


def _put_aside(cursor: Any, schema: str) -> None:
    """The schema that stands takes the name of its publication; one that an ended attempt left goes altogether."""
    cursor.execute("select nspname from pg_namespace where nspname ~ %s", [f"^{schema}(_p[0-9]+)?$"])
    there = {name for (name,) in cursor.fetchall()}
    if schema not in there:
        return
    cursor.execute(f"select {_CURRENT}")
    number = cursor.fetchone()[0]
    kept_as = f"{schema}_p{number:06}" if number is not None else ""
    aside = kept_as if kept_as and kept_as not in there else f"{schema}{_GONE}{uuid4().hex[:8]}"
    cursor.execute(f'alter schema "{schema}" rename to "{aside}"')


def _query(kept: Kept, before: Kept | None, table: str, columns: dict[str, list[tuple[str, str]]]) -> str:
    """What a view shows: the table before until the new publication is the current one.

    A table whose columns changed shows the new rows at once, because a view has one set of columns.
    """
    new = standing(kept, table, columns)
    old = standing(before, table, columns) if before is not None and table in before.tables else []
    if before is None or not old or old == new or columns[old[0]] != columns[new[0]]:
        return rows(new)
    return (
        f"select * from ({rows(old)}) as before where {_CURRENT} = {before.publication_id} "
        f"union all select * from ({rows(new)}) as now where {_CURRENT} <> {before.publication_id}"
    )


def _show(cursor: Any, kept: Kept) -> None:
    """Make a publication the current one, for all its tables at once."""
    time.sleep(_SETTLE_SECONDS)
    cursor.execute("begin")
    cursor.execute("update store.publication set is_current = false")
    cursor.execute(
        "insert into store.publication values (%s, true) on conflict (publication_id) do update set is_current = true",
        [kept.publication_id],
    )
    cursor.execute("commit")


def _remove_old(cursor: Any, kept: list[int], before: Kept | None) -> None:
    """Drop publications that are not kept, and tables that no publication shows. A reader of one defers it."""
    import psycopg2

    cursor.execute("set lock_timeout = '2s'")
    try:
        cursor.execute("select publication_id from store.publication where publication_id <> all(%s)", [kept])
        for (number,) in cursor.fetchall():
            schemas = ", ".join(f'"{schema}_p{number:06}"' for schema in PUBLISHED_SCHEMAS)
            cursor.execute(f"drop schema if exists {schemas} cascade")
            cursor.execute("delete from store.publication where publication_id = %s", [number])
        cursor.execute("select nspname from pg_namespace where strpos(nspname, %s) > 0", [_GONE])
        for (name,) in cursor.fetchall():
            cursor.execute(f'drop schema "{name}" cascade')
        _let_go(cursor, before)
        cursor.execute(_UNUSED)
        if unused := [f'store."{name}"' for (name,) in cursor.fetchall()]:
            cursor.execute(f"drop table {', '.join(unused)}")  # at once: parts that stand belong together
    except psycopg2.errors.LockNotAvailable:
        return  # somebody reads what is to go; the next publication removes it


def _let_go(cursor: Any, before: Kept | None) -> None:
    """The publication before no longer needs the tables of the one before it."""
    if before is None:
        return
    stored = there(cursor)
    for table in before.tables:
        schema, name = table.split(".")
        relation = f'"{schema}_p{before.publication_id:06}"."{name}"'
        cursor.execute("select to_regclass(%s)", [relation])
        if cursor.fetchone()[0] is not None and (tables := standing(before, table, stored)):
            cursor.execute(f"create or replace view {relation} as {rows(tables)}")


_UNUSED = """
select t.relname from pg_class as t join pg_namespace as n on n.oid = t.relnamespace
where n.nspname = 'store' and t.relkind = 'r' and t.relname <> 'publication'
    and not exists (select 1 from pg_depend as d where d.refobjid = t.oid and d.classid = 'pg_rewrite'::regclass)
"""


@contextmanager
def explained(remedy: str) -> Iterator[None]:
    """What the server refuses, said as an error of publishing with what to do."""
    import psycopg2

    try:
        yield
    except (psycopg2.Error, duckdb.Error) as error:
        raise PublishError(
            f"The Postgres server does not take the publication: {str(error).strip()}.", remedy
        ) from error
