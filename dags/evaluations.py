"""Every registered evaluation on the newest publication, once a night."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable

from nnsc_airflow.evaluation_tasks import RunEvaluations
from nnsc_airflow.names import EVALUATIONS, INGEST_TIMEOUT, POOL_INGEST, RETRIES

DOC = """### Evaluations
Runs each specification in `evaluations/` that is registered as it stands (`nnsc evaluate register`) on the newest
publication, and writes its pages into `published/evaluations/`. What was not run (never registered, changed since, a
month missing) stands with its reason in the note of the run and in the list of evaluations. Nothing is run twice on the
same publication. To be read under *Browse > Evaluations* by whoever may trigger this DAG, for small numbers are shown
(T2). By hand: `nnsc evaluate refresh`.
"""

with DAG(
    EVALUATIONS,
    description="Did it work? Registered evaluations on the newest publication",
    doc_md=DOC,
    schedule=CronTriggerTimetable("15 5 * * *", timezone="UTC", run_immediately=timedelta(0)),
    catchup=False,
    max_active_runs=1,
    tags=["reports"],
    default_args={"owner": "data-engineering", **RETRIES, "retries": 2, "execution_timeout": INGEST_TIMEOUT},
) as dag:
    # Before the reports, whose index leads to the list. Reads the publication, never the warehouse's file.
    RunEvaluations(task_id="run", pool=POOL_INGEST, doc_md="One after another; one that cannot be run stops no other.")
