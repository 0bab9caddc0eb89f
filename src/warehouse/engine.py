"""Engines: one small class for each database that the warehouse may live in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from settings import Settings
from warehouse.errors import WarehouseError

MEMORY_LIMIT = "4GB"


class DuckDBEngine:
    """The warehouse as one DuckDB file that a single process writes."""

    name = "duckdb"

    def __init__(self, settings: Settings) -> None:
        self.path = Path(settings.warehouse).absolute()
        self.spill = settings.work / "duckdb"
        self.threads = settings.threads
        self._settings = settings

    def prepare(self) -> None:
        """Create the folders (owner only: names lie in the warehouse)."""
        self._settings.private_dir(self._settings.home)
        self._settings.private_dir(self._settings.work)
        self._settings.private_dir(self.spill)
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
            db = duckdb.connect(str(self.path), config=self._config())
        except duckdb.IOException as error:
            raise self._explain(error) from error
        finally:
            os.umask(mask)
        try:
            yield db
        finally:
            db.close()

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

    def dbt_environment(self) -> dict[str, str]:
        """What ``dbt/profiles.yml`` reads from the environment."""
        return {
            "NNSC_DBT_TARGET": self.name,
            "NNSC_DBT_PATH": str(self.path),
            "NNSC_DBT_THREADS": str(self.threads),
            "NNSC_DBT_MEMORY": MEMORY_LIMIT,
            "NNSC_DBT_SPILL": str(self.spill),
        }

    def _config(self) -> dict[str, Any]:
        return {
            "memory_limit": MEMORY_LIMIT,
            "threads": self.threads,
            "temp_directory": str(self.spill),
            "preserve_insertion_order": False,
        }

    def _explain(self, error: duckdb.IOException) -> WarehouseError:
        if "lock" in str(error):
            return WarehouseError(
                f"{self.path} is being written by another process.",
                "Wait for it to end (the warehouse DAG or another `nnsc build`), then run this again.",
            )
        return WarehouseError(f"{self.path} cannot be opened: {error}.", "Check the disk and the file's owner.")


def engine_for(settings: Settings) -> DuckDBEngine:
    """The engine that ``NNSC_WAREHOUSE`` names.

    Raises:
        WarehouseError: it names a database for which there is no engine.
    """
    if "://" in settings.warehouse:
        scheme = settings.warehouse.split("://", 1)[0]
        raise WarehouseError(
            f"There is no warehouse engine for {scheme}://.", "Set NNSC_WAREHOUSE to the path of a DuckDB file."
        )
    return DuckDBEngine(settings)
