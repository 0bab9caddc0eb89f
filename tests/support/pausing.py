"""DAGs that a test has no use for."""

from __future__ import annotations

from stack.rest import Rest
from support.waiting import wait_for


def pause(rest: Rest, dag_id: str) -> None:
    """Keep a DAG from being run by what the test does; assets that it follows are updated all the same."""
    wait_for(lambda: dag_id in rest.dag_ids())
    assert rest.call("PATCH", f"/dags/{dag_id}", json={"is_paused": True})["is_paused"]
