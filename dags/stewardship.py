"""Held batches: asks a person about each of them, and carries out the answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG, CronTriggerTimetable, Param, task

from nnsc_airflow import stewardship_tasks
from nnsc_airflow.names import RETRIES, SHORT_TIMEOUT
from nnsc_airflow.stewardship_tasks import LEAVE, REJECT, RELEASE, held_batches, question

DOC = """### Held batches
A batch is held when a person has to look before it is applied: unknown or missing headings, far fewer rows than before,
too many records in quarantine. It never stops its feed. This DAG asks about each held batch (*Required actions* in the
UI); an unanswered question is asked again the next day. After a release the feed's DAG is started and the batch takes
its place in time. The same decisions on the command line: `nnsc release`, `nnsc reject`.
"""

with DAG(
    "stewardship",
    description="Held batches wait for a person's decision here",
    doc_md=DOC,
    schedule=CronTriggerTimetable("0 7 * * *", timezone="UTC"),
    catchup=False,
    max_active_runs=1,
    tags=["stewardship"],
    default_args={"owner": "data-stewards", **RETRIES, "execution_timeout": SHORT_TIMEOUT},
) as dag:

    @task
    def list_held() -> list[dict[str, str]]:
        """The batches to ask about."""
        return held_batches()

    @task
    def carry_out(asked: Any, answers: Any) -> list[str]:
        """Carry out the answers; gives the DAGs that have a released batch to take in."""
        feeds = stewardship_tasks.carry_out(list(asked), list(answers))
        return ["feed__" + feed.replace("/", "__") for feed in feeds]

    asked = list_held()
    decide = HITLOperator.partial(
        task_id="decide",
        options=[RELEASE, REJECT, LEAVE],
        defaults=[LEAVE],
        params={"why": Param("", type="string", title="Why")},
        response_timeout=timedelta(hours=23),
        execution_timeout=None,
        doc_md="Waits up to 23 hours for an answer.",
    ).expand_kwargs(asked.map(question))
    TriggerDagRunOperator.partial(task_id="take_in", doc_md="Starts the feed of each released batch.").expand(
        trigger_dag_id=carry_out(asked, decide.output)
    )
