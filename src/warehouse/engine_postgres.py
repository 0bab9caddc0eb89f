"""The warehouse in a Postgres database, which DuckDB attaches: Parquet goes in and publications come out by COPY."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from governance.recipients import Recipient
from settings import Settings
from warehouse.changes import touched_since
from warehouse.engine import Engine, client_config, written_by_another
from warehouse.kept import Kept
from warehouse.postgres import attach, connect, parse, quoted
from warehouse.publication import Relation

#: How the warehouse is called inside DuckDB while it is attached.
CATALOG = "warehouse"
#: Key of the advisory lock that keeps a second writer out.
WRITER_LOCK = 0x6E6E7363  # "nnsc"
#: How the server plans for dbt: touched records are looked up by an index, not by a walk through all (its own figure
#: for a page out of turn is of a turning disk), and sorting has more room. Who sets PGOPTIONS has the last word.
PLANNER = "-c random_page_cost=1.1 -c work_mem=64MB -c jit=off"
_TYPES = {"DOUBLE": "double precision", "BLOB": "bytea"}


class PostgresEngine(Engine):
    """One database of a Postgres server; an advisory lock stands for the lock on a DuckDB file."""

    name = "postgres"
    #: dbt renames the old table and drops it, and the views on it with it; others keep theirs (``keeping_views.sql``).
    keeps_views = False

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.target = parse(settings.warehouse)

    def exists(self) -> bool:
        """Whether something was loaded is only known to the database."""
        return True

    @contextmanager
    def session(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A DuckDB connection with the database attached as its current one, alone among writers."""
        self.prepare()
        with self._alone(), duckdb.connect(config=client_config(self._settings)) as db:
            attach(db, CATALOG, self.target)
            db.execute(f"use {CATALOG}")
            yield db

    @contextmanager
    def dbt_session(self) -> Iterator[dict[str, str]]:
        """While dbt runs, alone among writers."""
        target = self.target
        with self._alone():
            yield {
                "NNSC_DBT_TARGET": self.name,
                "NNSC_DBT_HOST": target["host"],
                "NNSC_DBT_PORT": target["port"],
                "NNSC_DBT_USER": target["user"],
                "NNSC_DBT_DATABASE": target["dbname"],
                "DBT_ENV_SECRET_NNSC_PASSWORD": target["password"],
                "NNSC_DBT_THREADS": str(self._settings.threads),
                "PGOPTIONS": f"{PLANNER} {os.environ.get('PGOPTIONS', '')}",
            }

    def execute(self, db: duckdb.DuckDBPyConnection, statement: str) -> None:
        """Run it in the server, which finds records by an index; DuckDB would fetch whole tables."""
        db.execute(f"call postgres_execute('{CATALOG}', ?)", [statement])

    def answer(self, query: str) -> str:
        """By the server, whose indexes find records, and which counts where DuckDB would fetch rows."""
        return f"postgres_query('{CATALOG}', {quoted(query)})"

    def facts_of(self, db: duckdb.DuckDBPyConnection, kind: str, tables: Iterable[str], load_id: int) -> dict[str, str]:
        """Asked by an array of keys: of a subquery the server believes that it names half of all records."""
        keys = f"any(array({touched_since(kind, load_id)}))"
        return {table: self.answer(f"select * from {table} where record_key = {keys}") for table in tables}

    def add_column(self, db: duckdb.DuckDBPyConnection, table: str, column: str, kind: str) -> None:
        """Add a column; DuckDB hands the type on under its own name, which Postgres may not know."""
        self.execute(db, f'alter table {table} add column "{column}" {_TYPES.get(kind, kind)}')

    def finish_load(self, kinds: list[str]) -> None:
        """Index what incremental models look up by, and tell the planner how large the tables are."""
        with connect(self.target) as connection, connection.cursor() as cursor:
            for kind in kinds:
                cursor.execute(f'create index if not exists "{kind}_record_key" on raw."{kind}" (record_key)')
                cursor.execute(f'drop index if exists raw."{kind}_record"')  # of feed and record: nothing looks it up
                cursor.execute(f'analyze raw."{kind}"')
            cursor.execute("analyze raw.touched, raw.touched_entity")

    def serve(self, kept: Kept, relations: Sequence[Relation]) -> None:
        """Show the publication to the readers of the server."""
        from warehouse.serving import serve

        serve(self._settings, self.target, kept, relations)

    def serve_recipient(self, name: str, recipient: Recipient, file: Path, public: Sequence[str]) -> None:
        """Show a recipient's file to its roles, each its places."""
        from warehouse.recipient_databases import serve_recipient

        serve_recipient(self._settings, self.target, name, recipient, file, public)

    def close_undeclared(self, recipients: Mapping[str, Recipient]) -> None:
        """Take the right to connect from roles of recipients that are declared no more."""
        from warehouse.recipient_databases import close_undeclared

        close_undeclared(self.target, recipients)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the writers' lock; it goes with the connection, also when this process is killed."""
        import psycopg2

        with connect(self.target) as connection, connection.cursor() as cursor:
            cursor.execute("select pg_try_advisory_lock(%s)", [WRITER_LOCK])
            row = cursor.fetchone()
            if not row or not row[0]:
                raise written_by_another(f"The Postgres database {self.target['dbname']}")
            try:
                yield
            finally:
                # The server ends a closed connection in its own time, and we may come back before that. One that is
                # broken holds no lock: what broke it is the error to tell.
                with suppress(psycopg2.OperationalError, psycopg2.InterfaceError):
                    cursor.execute("select pg_advisory_unlock(%s)", [WRITER_LOCK])
