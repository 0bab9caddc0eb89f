"""Engines: one small class for each database that the warehouse may live in.

Every engine is spoken to through DuckDB, which reads the Parquet files of change sets and writes publications; the
statements of ``load``, ``transform`` and ``publication`` are therefore the same for all. dbt speaks to the database
itself; what differs there stands in ``dbt/macros/cross_db``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import duckdb

from settings import Settings
from warehouse.errors import WarehouseError

if TYPE_CHECKING:
    from governance.recipients import Recipient
    from warehouse.kept import Kept
    from warehouse.publication import Relation

MEMORY_LIMIT = "4GB"


class Engine(ABC):
    """Where ``raw`` is loaded to, dbt runs, and publications are read from."""

    #: Name of the dbt target (``dbt/profiles.yml``).
    name: ClassVar[str]
    #: True when views stand while dbt makes an incremental table anew. While rows are replaced they stand everywhere.
    keeps_views: ClassVar[bool]

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.spill = settings.work / "duckdb"

    def prepare(self) -> None:
        """Create the folders that are written to (owner only: names lie in what DuckDB spills)."""
        self._settings.private_dir(self._settings.home)
        self._settings.private_dir(self._settings.work)
        self._settings.private_dir(self.spill)

    @abstractmethod
    def exists(self) -> bool:
        """True when something may have been loaded."""

    @abstractmethod
    def session(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """A DuckDB connection whose current database is the warehouse; no other process has one meanwhile.

        Raises:
            WarehouseError: another process writes, or the database cannot be reached.
        """

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A session whose work is kept as a whole or not at all."""
        with self.session() as db:
            db.begin()
            try:
                yield db
            except BaseException:
                db.rollback()
                raise
            db.commit()

    @abstractmethod
    def dbt_session(self) -> AbstractContextManager[dict[str, str]]:
        """While dbt runs: gives what ``dbt/profiles.yml`` reads from the environment, and cleans up afterwards.

        Raises:
            WarehouseError: another process writes.
        """

    def execute(self, db: duckdb.DuckDBPyConnection, statement: str) -> None:
        """Run a statement of tables of ``raw`` where they lie, in the transaction of the connection."""
        db.execute(statement)

    def add_column(self, db: duckdb.DuckDBPyConnection, table: str, column: str, kind: str) -> None:
        """Add a column of a DuckDB type to a table (``schema.table``)."""
        db.execute(f'alter table {table} add column "{column}" {kind}')

    def finish_load(self, kinds: list[str]) -> None:  # noqa: B027 - most engines have nothing to do
        """Called when the tables ``raw.<kind>`` changed, after the load was kept."""

    def answer(self, query: str) -> str:
        """The rows of a query that the database answers by itself, as SQL after ``from``."""
        return f"({query})"

    @abstractmethod
    def facts_of(self, db: duckdb.DuckDBPyConnection, kind: str, tables: Iterable[str], load_id: int) -> dict[str, str]:
        """Facts by record of a kind (``schema.table``) of the records that loads after one touched, after ``from``."""

    def serve(self, kept: Kept, relations: Sequence[Relation]) -> None:  # noqa: B027 - a file needs no server
        """Offer a publication to readers of the server, if the engine is one; called before it becomes the present one.

        Raises:
            PublishError: the server does not allow it; its readers keep the publication before.
        """

    def serve_recipient(self, name: str, recipient: Recipient, file: Path, public: Sequence[str]) -> None:  # noqa: B027
        """Offer a recipient's file to its own readers, if the engine is a server; ``public`` are its tables of T0.

        Raises:
            PublishError: the server does not allow it; the recipient keeps what it has.
        """

    def close_undeclared(self, recipients: Mapping[str, Recipient]) -> None:  # noqa: B027
        """Shut out whoever the policy no longer declares, if the engine is a server."""


def client_config(settings: Settings) -> dict[str, Any]:
    """How DuckDB is set up for loading and publishing."""
    return {
        "memory_limit": MEMORY_LIMIT,
        "threads": settings.threads,
        "temp_directory": str(settings.work / "duckdb"),
        "preserve_insertion_order": False,
    }


def written_by_another(place: str) -> WarehouseError:
    """The error of a second writer."""
    return WarehouseError(
        f"{place} is being written by another process.",
        "Wait for it to end (the warehouse DAG or another `nnsc build`), then run this again.",
    )


def engine_for(settings: Settings) -> Engine:
    """The engine that ``NNSC_WAREHOUSE`` names: the path of a DuckDB file, or ``postgresql://...``.

    Raises:
        WarehouseError: it names a database for which there is no engine.
    """
    scheme, separator, _ = settings.warehouse.partition("://")
    if not separator:
        from warehouse.engine_duckdb import DuckDBEngine

        return DuckDBEngine(settings)
    if scheme in ("postgresql", "postgres"):
        from warehouse.engine_postgres import PostgresEngine

        return PostgresEngine(settings)
    raise WarehouseError(
        f"There is no warehouse engine for {scheme}://.",
        "Set NNSC_WAREHOUSE to the path of a DuckDB file, or to postgresql://user@host/database.",
    )
