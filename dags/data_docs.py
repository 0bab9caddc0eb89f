"""Great Expectations' Data Docs of the deliveries judged since the last run, once a night."""

from __future__ import annotations

from airflow.sdk import DAG, CronTriggerTimetable

from nnsc_airflow.docs_tasks import BuildDataDocs
from nnsc_airflow.names import INGEST_TIMEOUT, POOL_INGEST, RETRIES

DOC = """### Data Docs
Renders a page per delivery and record kind from the verdicts that the ledger keeps, under `data_docs/` of the
installation, with an index. Pages hold rules and counts, never a value. By hand: `nnsc feeds docs [FEED]`.
"""

with DAG(
    "data_docs",
    description="Great Expectations' Data Docs of every delivery",
    doc_md=DOC,
    schedule=CronTriggerTimetable("30 3 * * *", timezone="UTC"),
    catchup=False,
    max_active_runs=1,
    tags=["validation"],
    default_args={"owner": "data-engineering", **RETRIES, "execution_timeout": INGEST_TIMEOUT},
) as dag:
    BuildDataDocs(task_id="build", pool=POOL_INGEST, doc_md="Pages that exist already are left as they are.")
