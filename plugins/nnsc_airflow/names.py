"""Names and limits that several DAGs share."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import Asset, AssetAlias

#: The one asset of all feeds, "there is something to load": a list of assets in ``schedule`` waits for all of them.
#: No URI with a scheme: to check one, Airflow imports every provider's handlers, boto among them (0.7 s a parse).
CHANGE_SETS = Asset(name="nnsc_change_sets")
#: Feeds write through the alias, because an alias emits only the events that a task asks for,
#: while an asset named in ``outlets`` is emitted by every success, an empty change set included.
CHANGES = AssetAlias(name="nnsc_changes", group="nnsc")

REPORTS = "reports"  #: the DAG of the running reports; who may trigger it may read them
EVALUATIONS = "evaluations"  #: the DAG of the evaluations; who may trigger it may read their pages

POOL_FETCH = "fetch"  #: connections to sources
POOL_INGEST = "ingest"  #: deliveries being read: each may take the memory of one DuckDB connection
POOL_WAREHOUSE = "warehouse"  #: one slot: DuckDB's file has one writer

FETCH_TIMEOUT = timedelta(hours=1)
INGEST_TIMEOUT = timedelta(hours=2)
WAREHOUSE_TIMEOUT = timedelta(hours=2)
SHORT_TIMEOUT = timedelta(minutes=5)

#: Wait 30 s, 1 min, 2 min, ... up to half an hour: sources come back, and so do locks.
RETRIES: dict[str, Any] = {
    "retries": 4,
    "retry_delay": timedelta(seconds=30),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=30),
}

#: XCom key under which a task leaves the sentence that says why it failed.
NOTE = "note"
