"""The warehouse as one DuckDB file that a single process writes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from settings import Settings
from warehouse.changes import touched_since
from warehouse.engine import MEMORY_LIMIT, Engine, client_config, written_by_another
from warehouse.errors import WarehouseError
from warehouse.near import facts_of


class DuckDBEngine(Engine):
    """One file; whoever has it open keeps all others out."""

    name = "duckdb"
    keeps_views = True

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.path = Path(settings.warehouse).absolute()

    def prepare(self) -> None:
        """Create the folders (owner only: names lie in the warehouse)."""
        super().prepare()
        self._settings.private_dir(self.path.parent)

    def exists(self) -> bool:
        """True when something was ever loaded."""
        return self.path.is_file()

    @contextmanager
    def session(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection that may write; closed at the end, so that dbt or another process can open the file.

        Raises:
            WarehouseError: another process has the file open.
        """
        self.prepare()
        mask = os.umask(0o077)
        try:
            db = duckdb.connect(str(self.path), config=client_config(self._settings))
        except duckdb.IOException as error:
            raise self._explain(error) from error
        finally:
            os.umask(mask)
        try:
            yield db
        finally:
            db.close()

    @contextmanager
    def dbt_session(self) -> Iterator[dict[str, str]]:
        """While dbt runs: it opens the file itself, and must not keep it open for the life of this process."""
        try:
            yield {
                "NNSC_DBT_TARGET": self.name,
                "NNSC_DBT_PATH": str(self.path),
                "NNSC_DBT_THREADS": str(self._settings.threads),
                "NNSC_DBT_MEMORY": MEMORY_LIMIT,
                "NNSC_DBT_SPILL": str(self.spill),
            }
        finally:
            _release()

    def facts_of(self, db: duckdb.DuckDBPyConnection, kind: str, tables: Iterable[str], load_id: int) -> dict[str, str]:
        """Asked of the versions that stand where the newest runs wrote them."""
        return facts_of(self._settings, db, kind, tables, f"({touched_since(kind, load_id)})")

    def _explain(self, error: duckdb.IOException) -> WarehouseError:
        if "lock" in str(error):
            return written_by_another(str(self.path))
        return WarehouseError(f"{self.path} cannot be opened: {error}.", "Check the disk and the file's owner.")


def _release() -> None:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    environment: Any = DuckDBConnectionManager._ENV
    DuckDBConnectionManager.close_all_connections()
    if environment is not None:
        environment.close()
