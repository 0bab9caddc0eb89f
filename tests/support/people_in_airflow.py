"""A person who answers Airflow's questions in a test, as slowly and as patiently as people do."""

from __future__ import annotations

import time
from typing import Any

from stack.rest import Rest
from support.waiting import wait_for

#: A person reads first (seconds). The process that asked is found ended up to five seconds after it parked the task
#: (MIN_HEARTBEAT_INTERVAL of the supervisor); an answer before that makes Airflow 3.3 take the task for killed, send it
#: to its retry, and put the question once more.
READING = 10.0
_TASK = "decide"


def _open_question(rest: Rest, dag_id: str, run_id: str) -> dict[str, Any] | None:
    found = [item for item in rest.task_instances(dag_id, run_id) if item["task_id"] == _TASK]
    return next((item for item in found if item["state"] in ("deferred", "awaiting_input")), None)


def _ended(rest: Rest, dag_id: str, run_id: str) -> bool:
    return next((bool(run["end_date"]) for run in rest.runs(dag_id) if run["dag_run_id"] == run_id), False)


def answer(
    rest: Rest, dag_id: str, run_id: str, choice: str, given: dict[str, str], patience: float = 240
) -> dict[str, Any]:
    """Answer the one open question of a run, again should it be asked again, until the run has ended.

    Returns what the form showed.

    Raises:
        AssertionError: nothing was asked, or the run did not end.
    """
    shown: list[dict[str, Any]] = []

    def step() -> bool:
        item = _open_question(rest, dag_id, run_id)
        if item is not None:
            path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{_TASK}/{item['map_index']}/hitlDetails"
            detail = rest.call("GET", path)
            if not detail["response_received"]:
                shown.append(detail)
                time.sleep(READING)
                rest.call("PATCH", path, json={"chosen_options": [choice], "params_input": given})
        return _ended(rest, dag_id, run_id)

    wait_for(step, patience)
    assert shown, f"{dag_id} ended without a question"
    return shown[0]
