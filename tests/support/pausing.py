"""DAGs that a test has no use for, or none yet."""

from __future__ import annotations

from stack.rest import Rest
from support.waiting import wait_for


def pause(rest: Rest, dag_id: str, paused: bool = True) -> None:
    """Keep a DAG from being run by what the test does, or let it be run from now on."""
    wait_for(lambda: dag_id in rest.dag_ids())
    assert rest.call("PATCH", f"/dags/{dag_id}", json={"is_paused": paused})["is_paused"] is paused
