"""The running reports of the newest publication, once a night."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from nnsc_airflow.names import INGEST_TIMEOUT, POOL_INGEST, REPORTS, RETRIES
from nnsc_airflow.reports_tasks import WriteReports

DOC = """### Running reports
Writes the weekly shooting review and the pages of shootings, the network, prison violence and data quality, in English
and Spanish, from the newest publication into `published/reports/`. To be read under *Browse > Reports* by whoever may
trigger this DAG, for small numbers are shown (T2). After a publication that cannot wait for the night, trigger it or
run `nnsc report`.
"""

with DAG(
    REPORTS,
    description="Pages of charts and tables from the newest publication",
    doc_md=DOC,
    schedule=CronTriggerTimetable("30 5 * * *", timezone="UTC", run_immediately=timedelta(0)),
    catchup=False,
    max_active_runs=1,
    tags=["reports"],
    default_args={"owner": "data-engineering", **RETRIES, "retries": 2, "execution_timeout": INGEST_TIMEOUT},
) as dag:
    # Reads the publication, never the warehouse's file, so that it waits for no build; memory as of one delivery.
    WriteReports(
        task_id="write", pool=POOL_INGEST, doc_md="Each page in one step; skipped before the first publication."
    )
