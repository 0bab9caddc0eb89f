"""What holds for every DAG, and exactly which DAGs there are."""

from __future__ import annotations

import json
from typing import Any

from stack.environment import POOLS_FILE
from support.world import OUR_DAGS, PROJECT

FEEDS = {
    f"feed__{path.parent.name}__{path.stem}"
    for path in (PROJECT / "jurisdictions").glob("*/*.yml")
    if path.name != "jurisdiction.yml"
}
#: Waits for a person: Airflow sets a limit to the answer, not to the task.
WAITS_FOR_PEOPLE = {("stewardship", "decide"), ("link_review", "decide")}
#: DAGs that open the warehouse's file.
OPEN_THE_FILE = {"warehouse", "link_people", "link_training"}


def test_exactly_these_dags_and_no_import_error(bag: Any) -> None:
    assert not bag.import_errors
    assert set(bag.dag_ids) == FEEDS | OUR_DAGS
    assert len(FEEDS) >= 12


def test_every_dag_runs_once_at_a_time_never_catches_up_and_explains_itself(bag: Any) -> None:
    for dag in bag.dags.values():
        assert dag.max_active_runs == 1, dag.dag_id
        assert not dag.catchup, dag.dag_id
        assert all((dag.doc_md, dag.description, dag.tags)), dag.dag_id
        assert dag.start_date is None, f"{dag.dag_id}: a start date would start a run as soon as the DAG appears"


def test_every_task_has_owner_pool_limit_and_doc(bag: Any) -> None:
    pools = {"default_pool", *json.loads(POOLS_FILE.read_text())}
    for dag in bag.dags.values():
        for task in dag.tasks:
            name = (dag.dag_id, task.task_id)
            assert task.owner in ("data-engineering", "data-stewards"), name
            assert task.pool in pools, name
            assert task.execution_timeout is not None or name in WAITS_FOR_PEOPLE, name
            assert task.doc_md or task.task_id in ("list_held", "carry_out"), name


def test_a_feed_fetches_ingests_and_then_tells_what_was_refused(bag: Any) -> None:
    for dag_id in FEEDS:
        dag = bag.dags[dag_id]
        assert [task.task_id for task in dag.topological_sort()] == ["fetch", "ingest", "verdict"]
        fetch, ingest, verdict = (dag.get_task(name) for name in ("fetch", "ingest", "verdict"))
        assert (fetch.pool, ingest.pool) == ("fetch", "ingest")
        assert (fetch.retries, ingest.retries, verdict.retries) == (4, 4, 0)
        assert fetch.retry_exponential_backoff == 2.0
        assert f"{fetch.feed_id}".replace("/", "__") == dag_id.removeprefix("feed__")
        assert ingest.feed_id == verdict.feed_id == fetch.feed_id


def test_feeds_share_one_asset_and_only_the_warehouse_follows_it(bag: Any) -> None:
    from airflow.sdk import AssetAlias

    from nnsc_airflow.names import CHANGE_SETS

    for dag_id in FEEDS:
        ingest = bag.dags[dag_id].get_task("ingest")
        # An asset here would be announced by every success; the alias announces what the task adds to it.
        assert [(type(outlet), outlet.name) for outlet in ingest.outlets] == [(AssetAlias, "nnsc_changes")]
    assert (CHANGE_SETS.name, CHANGE_SETS.uri) == ("nnsc_change_sets", "nnsc_change_sets")
    followers = {
        dag.dag_id
        for dag in bag.dags.values()
        if "nnsc_change_sets" in str(getattr(dag.timetable, "asset_condition", ""))
    }
    assert followers == {"warehouse"}


def test_whatever_writes_the_warehouse_file_has_the_one_slot(bag: Any) -> None:
    warehouse = bag.dags["warehouse"]
    assert [task.task_id for task in warehouse.topological_sort()] == ["load", "transform", "publish"]
    assert {task.pool for task in warehouse.tasks} == {"warehouse"}
    assert json.loads(POOLS_FILE.read_text())["warehouse"]["slots"] == 1
    others = {task.pool for dag in bag.dags.values() if dag.dag_id not in OPEN_THE_FILE for task in dag.tasks}
    assert {task.pool for name in OPEN_THE_FILE for task in bag.dags[name].tasks} == {"warehouse"}
    assert "warehouse" not in others


def test_the_schedule_is_the_feed_files(bag: Any) -> None:
    timetable = bag.dags["feed__us_pa_philadelphia__shooting"].timetable
    assert (timetable.expression, str(timetable.timezone)) == ("0 9 * * *", "America/New_York")
