"""Slow imports, done once in the scheduler: LocalExecutor's workers are forked from it and inherit them.

Great Expectations alone takes about ten seconds to import; without this every ingest task would pay for it.
"""

from __future__ import annotations

import importlib
import logging

_SLOW = (
    "pandas",
    "duckdb",
    "duckdb_engine",
    "alembic.command",
    "great_expectations",
    "connectors.bucket",
    "connectors.delimited",
    "ingest.api",
    "ingest.gx",
    "warehouse.api",
    "dbt.cli.main",
    "dbt.adapters.duckdb",
)


def preload() -> None:
    """Import what tasks need. No connection and no thread is opened: the process forks afterwards."""
    logging.getLogger("great_expectations._docs_decorators").setLevel(logging.WARNING)  # 100 lines otherwise
    for name in _SLOW:
        importlib.import_module(name)
