"""One person across agencies: linking, monthly training, and pairs that wait for people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import DAG, CronTriggerTimetable, Param, task

from nnsc_airflow import linkage_tasks
from nnsc_airflow.linkage_tasks import ANSWERS, LEAVE, LinkPeople, TrainModel, question, waiting_pairs
from nnsc_airflow.names import POOL_WAREHOUSE, RETRIES, SHORT_TIMEOUT, WAREHOUSE_TIMEOUT

LINK_DOC = """### Which records are one person
Links the records of the newest build and records keys, merges and splits in the ledger. When anything changed, the
warehouse DAG runs and brings the people into core. The same on the command line: `nnsc link run`.
"""
TRAIN_DOC = """### The weights of linkage
Once a month the weights are learnt anew, audited, clamped and frozen under a version; the next run of `link_people`
relinks everything with them. The task's log lists what the audit found. By hand: `nnsc link train`.
"""
REVIEW_DOC = """### Pairs that wait for people
Asks about the pairs that matter most (*Required actions* in the UI). No names are shown here: `nnsc link show A B`
shows both records to whoever may see them. *Same* holds for the action grade once two people said so; an answer
without a name is none of the two. An unanswered question is asked again the next day. By hand: `nnsc link review`,
`nnsc link decide`.
"""
STEWARDS = {"owner": "data-stewards", **RETRIES, "execution_timeout": SHORT_TIMEOUT}
# Both read the warehouse's file, which one process may open at a time.
LINKERS = {
    "owner": "data-engineering", **RETRIES, "retries": 2, "pool": POOL_WAREHOUSE,
    "execution_timeout": WAREHOUSE_TIMEOUT,
}  # fmt: skip

with DAG(
    "link_people",
    description="Link the records of the warehouse into people",
    doc_md=LINK_DOC,
    schedule=CronTriggerTimetable("0 4 * * *", timezone="UTC", run_immediately=timedelta(0)),
    catchup=False,
    max_active_runs=1,
    tags=["linkage"],
    default_args=LINKERS,
) as link_people:
    LinkPeople(task_id="link", doc_md="New and changed records against everybody known; announces what changed.")

with DAG(
    "link_training",
    description="Learn, audit and freeze the weights of linkage",
    doc_md=TRAIN_DOC,
    schedule=CronTriggerTimetable("0 2 1 * *", timezone="UTC", run_immediately=timedelta(0)),
    catchup=False,
    max_active_runs=1,
    tags=["linkage"],
    default_args=LINKERS,
) as link_training:
    TrainModel(task_id="train", doc_md="Unsupervised; skipped while there are too few records to learn from.")

with DAG(
    "link_review",
    description="Doubtful pairs of records wait for people here",
    doc_md=REVIEW_DOC,
    schedule=CronTriggerTimetable("30 7 * * *", timezone="UTC", run_immediately=timedelta(0)),
    catchup=False,
    max_active_runs=1,
    tags=["linkage", "stewardship"],
    default_args=STEWARDS,
) as link_review:

    @task(doc_md="The pairs that matter most.")
    def list_pairs() -> list[dict[str, str]]:
        """The pairs to ask about."""
        return waiting_pairs()

    @task(doc_md="Records the answers with who and why.")
    def record_answers(asked: Any, answers: Any) -> int:
        """Returns how many answers were recorded."""
        return linkage_tasks.record_answers(list(asked), list(answers))

    pairs = list_pairs()
    decide = HITLOperator.partial(
        task_id="decide",
        options=[*ANSWERS, LEAVE],
        defaults=[LEAVE],
        params={
            "who": Param("", type="string", title="Who (your name, where Airflow does not know you)"),
            "why": Param("", type="string", title="Why"),
        },
        response_timeout=timedelta(hours=23),
        execution_timeout=None,
        doc_md="Waits up to 23 hours for an answer.",
    ).expand_kwargs(pairs.map(question))
    record_answers(pairs, decide.output)
