"""The warehouse DAG after a feed's: it publishes, and a run without news skips its tasks and succeeds."""

from __future__ import annotations

from typing import Any

import pytest

from reports.api import reports_folder
from settings import Settings
from support.airflow_home import run_dag
from support.narrow import builds
from support.world import drop, rows, write_feed
from warehouse.api import query

pytestmark = pytest.mark.usefixtures("airflow_db")


def states(run: Any) -> dict[str, str]:
    return {task.task_id: str(task.state) for task in run.get_task_instances()}


def count(settings: Settings) -> int:
    return int(query(settings, "select count(*) from core.fct_arrest").rows[0][0])


@pytest.mark.usefixtures("without_data_tests")
def test_published_once_then_skipped_then_published_again(installation: Settings) -> None:
    write_feed(installation)
    drop(installation, "first.csv", rows("a1,2024-01-01,20", "a2,2024-01-02,30"))
    run_dag("feed__us_test__arrest")
    done = run_dag("warehouse")
    assert states(done) == {"load": "success", "transform": "success", "publish": "success"}
    assert count(installation) == 2
    assert states(run_dag("reports")) == {"write": "success"}
    assert "data-quality.html" in (reports_folder(installation) / "index.html").read_text()

    idle = run_dag("warehouse")
    assert states(idle) == {"load": "skipped", "transform": "skipped", "publish": "skipped"}
    assert str(idle.state) == "success"

    drop(installation, "second.csv", rows("a1,2024-01-01,20", "a2,2024-01-02,30", "a3,2024-01-03,40"))
    run_dag("feed__us_test__arrest")
    with builds("fct_arrest"):  # all others stand
        assert states(run_dag("warehouse"))["publish"] == "success"
    assert count(installation) == 3


@pytest.mark.slow
@pytest.mark.usefixtures("without_data_tests")
def test_a_transform_that_failed_is_made_up_for_by_the_next_run(installation: Settings) -> None:
    from warehouse import api

    write_feed(installation)
    drop(installation, "first.csv", rows("a1,2024-01-01,20"))
    run_dag("feed__us_test__arrest")
    loaded = api.load(installation)  # as if the run had died after its load: nothing is pending any more
    assert loaded.loaded == 1
    assert api.pending(installation) == 0
    assert states(run_dag("warehouse"))["publish"] == "success"
    assert count(installation) == 1
