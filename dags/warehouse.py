"""From change sets to the publication: runs when a feed announced something, and takes everything that is waiting."""

from __future__ import annotations

from airflow.sdk import DAG

from nnsc_airflow.names import CHANGE_SETS, POOL_WAREHOUSE, RETRIES, WAREHOUSE_TIMEOUT
from nnsc_airflow.warehouse_tasks import LoadWarehouse, PublishWarehouse, TransformWarehouse

DOC = """### From change sets to marts
Runs after any feed announced a change set. **load** brings raw to exactly the active change sets, **transform** builds
and tests the dbt models, **publish** swaps the published file in after the tests passed. A run that finds the
publication up to date skips its tasks and succeeds.

*transform* is red: its log names the model or test and the file that dbt compiled; the publication is the former one.
Repair, then clear *transform*. Analysts are not affected: they read the publication (`nnsc query`).
"""

with DAG(
    "warehouse",
    description="Load change sets, build and test the models, publish",
    doc_md=DOC,
    schedule=[CHANGE_SETS],
    catchup=False,
    max_active_runs=1,
    tags=["warehouse", "dbt"],
    default_args={
        "owner": "data-engineering", **RETRIES, "retries": 2,
        "pool": POOL_WAREHOUSE, "execution_timeout": WAREHOUSE_TIMEOUT,
    },
) as dag:  # fmt: skip
    load = LoadWarehouse(task_id="load", doc_md="One transaction: all change sets or none.")
    transform = TransformWarehouse(task_id="transform", doc_md="`dbt build` in one go: models and their tests.")
    publish = PublishWarehouse(task_id="publish", doc_md="Core, marts and reference only; swapped in atomically.")
    load >> transform >> publish
