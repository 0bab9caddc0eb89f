"""Runs of real DAGs on real files: what the tasks do, when the warehouse is told, what turns red."""

from __future__ import annotations

from typing import Any

import pytest

from ingest.api import outcomes
from settings import Settings
from support.airflow_home import asset_events, dag_bag, run_dag
from support.world import drop, rows, write_feed

pytestmark = pytest.mark.usefixtures("airflow_db")

DAG = "feed__us_test__arrest"
FIRST = rows("a1,2024-01-01,20", "a2,2024-01-02,30", "a3,2024-01-03,40")


@pytest.fixture
def feed(installation: Settings) -> Settings:
    write_feed(installation)
    return installation


def states(run: Any) -> dict[str, str]:
    return {task.task_id: str(task.state) for task in run.get_task_instances()}


def test_a_run_takes_what_waits_and_announces_it_once(feed: Settings) -> None:
    drop(feed, "first.csv", FIRST)
    drop(feed, "second.csv", FIRST + rows("a4,2024-01-04,50").split("\n", 1)[1])
    before = len(asset_events())
    run = run_dag(DAG)
    assert states(run) == {"fetch": "success", "ingest": "success", "verdict": "success"}
    assert [(o.state, o.accepted) for o in outcomes(feed)] == [("applied", 3), ("applied", 4)]
    new = asset_events()[before:]
    assert [(event.extra["feed_id"], event.extra["change_sets"]) for event in new] == [("us_test/arrest", 2)]


def test_a_run_without_news_announces_nothing(feed: Settings) -> None:
    drop(feed, "first.csv", FIRST)
    run_dag(DAG)
    before = len(asset_events())
    assert states(run_dag(DAG)) == {"fetch": "success", "ingest": "success", "verdict": "success"}
    drop(feed, "again.csv", FIRST)
    assert states(run_dag(DAG)) == {"fetch": "success", "ingest": "success", "verdict": "success"}
    assert len(asset_events()) == before
    path = feed.jurisdictions / "us_test" / "arrest.yml"
    path.write_text(path.read_text().replace("2099-12-31", "2025-01-31"))
    run = run_dag(DAG)
    assert states(run)["verdict"] == "success"
    assert "the tolerance of min_row_ratio ended on 2025-01-31; the usual limit holds again" in note_of(run)


def test_a_held_batch_turns_the_verdict_red_and_stops_nothing(feed: Settings) -> None:
    drop(feed, "first.csv", FIRST)
    drop(feed, "second.csv", "who,what\nx,y\n")
    drop(feed, "third.csv", FIRST)
    run = run_dag(DAG)
    assert states(run) == {"fetch": "success", "ingest": "success", "verdict": "failed"}
    assert [o.state for o in outcomes(feed)] == ["applied", "held", "applied"]
    assert note_of(run).startswith("second.csv held (unknown_headings): None of the 2 fields")
    assert note_of(run).endswith("Decide it in the DAG stewardship or with `nnsc release | reject`.")


def test_a_run_note_says_why_and_no_task_is_tried_again(feed: Settings) -> None:
    drop(feed, "a.csv", FIRST)
    drop(feed, "b.csv", FIRST.encode() + b"a4,2024-01-04,\xe9,,,,\n")
    run = run_dag(DAG)
    assert "b.csv refused (unreadable): The bytes are not utf-8 text (about byte" in note_of(run)
    assert all(task.try_number <= 1 for task in run.get_task_instances())
    path = feed.jurisdictions / "us_test" / "arrest.yml"
    path.write_text(path.read_text().replace("arrested_on: {from: day", "arrested_onn: {from: day"))
    broken = run_dag(DAG)
    assert states(broken)["fetch"] == "failed"
    assert "arrested_onn" in note_of(broken)


def note_of(run: Any) -> str:
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session

    with create_session() as session:
        return str(session.get(DagRun, run.id).note)


def test_a_refused_file_is_red_and_the_good_ones_beside_it_are_announced(feed: Settings) -> None:
    drop(feed, "a_good.csv", FIRST)
    drop(feed, "b_empty.csv", "")
    before = len(asset_events())
    run = run_dag(DAG)
    assert states(run) == {"fetch": "success", "ingest": "success", "verdict": "failed"}
    assert len(asset_events()) == before + 1


def test_a_feed_file_that_turned_wrong_fails_without_retries(feed: Settings) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    bag = dag_bag()
    fetch = bag.dags[DAG].get_task("fetch")
    path = feed.jurisdictions / "us_test" / "arrest.yml"
    path.write_text(path.read_text().replace("area_id: area", "area_idd: area"))
    with pytest.raises(AirflowFailException, match="area_idd"):
        fetch.execute({})


def test_a_source_that_does_not_answer_is_tried_again(feed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from connectors.errors import RetriableError
    from nnsc_airflow.errors import judged

    with pytest.raises(RetriableError), judged():
        raise RetriableError("no_answer", "The bucket did not answer.")


def test_the_stewardship_dag_asks_about_each_held_batch_and_carries_out_the_answers(feed: Settings) -> None:
    from nnsc_airflow.stewardship_tasks import LEAVE, REJECT, RELEASE, carry_out, held_batches, question

    drop(feed, "a_first.csv", rows(*(f"a{n},2024-01-01,20" for n in range(10))))
    for name in ("b_few.csv", "c_few.csv", "d_few.csv"):
        drop(feed, name, rows(f"{name[0]}1,2024-01-02,20"))
    run_dag(DAG)
    asked = held_batches()
    assert [(batch["file_name"], batch["reason"]) for batch in asked] == [
        (f"{letter}_few.csv", "row_floor") for letter in "bcd"
    ]
    assert "b_few.csv is held (row_floor)" in question(asked[0])["subject"]
    answers = [
        {"chosen_options": [choice], "params_input": {"why": "seen"}, "responded_by_user": {"id": "1", "name": "Ada"}}
        for choice in (RELEASE, REJECT, LEAVE)
    ]
    assert carry_out(asked, answers) == ["us_test/arrest"]
    run_dag(DAG)
    assert [o.state for o in outcomes(feed)] == ["applied", "applied", "rejected", "held"]
    assert carry_out(asked, answers) == []  # decided already: nothing happens twice
