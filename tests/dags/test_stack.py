"""The real Airflow of ``nnsc up``: it starts, runs, survives a killed task, and leaves no process behind."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import psutil
import pytest

from ingest.api import current_records, drain, fetch, outcomes
from settings import Settings
from stack import api, processes
from stack.rest import Rest
from support.waiting import FIRST, wait_for
from support.world import drop, rows, settings_in, write_feed

pytestmark = pytest.mark.slow

DAG = "feed__us_test__arrest"
ROWS = 120_000
MANY = rows(*(f"a{number},2024-01-{1 + number % 28:02d},{18 + number % 50}" for number in range(ROWS)))


def state(rest: Rest, run: str, task: str) -> str | None:
    found = {item["task_id"]: item["state"] for item in rest.task_instances(DAG, run)}
    return found.get(task)


def task_processes(running: processes.Running) -> list[psutil.Process]:
    """Tasks have process groups of their own inside the session."""
    return [process for process in processes.members(running) if os.getpgid(process.pid) != running.pid]


def installed(folder: Path) -> Settings:
    settings = settings_in(folder, watch_drops=False)  # a run that the drop starts would leave the killed one nothing
    write_feed(settings)
    drop(settings, "many.csv", MANY)
    return settings


def test_a_killed_task_is_tried_again_and_ends_in_the_same_records(tmp_path: Path) -> None:
    calm = installed(tmp_path / "calm")
    fetch(calm, "us_test/arrest")
    drain(calm, "us_test/arrest")
    expected = {row["arrest_id"]: row for row in current_records(calm, "us_test/arrest", "arrest")}
    assert len(expected) == ROWS

    settings = installed(tmp_path / "rough")
    with api.running(settings) as rest:
        running = processes.read_state(settings)
        assert running is not None
        run = rest.trigger(DAG)
        wait_for(lambda: state(rest, run, "ingest") == "running", longest=FIRST)
        wait_for(lambda: task_processes(running), 30, longest=FIRST)
        time.sleep(random.uniform(0, 0.4))
        for process in task_processes(running):
            process.send_signal(signal.SIGKILL)
        wait_for(lambda: state(rest, run, "verdict") in ("success", "failed"))
        tries = {item["task_id"]: (item["state"], item["try_number"]) for item in rest.task_instances(DAG, run)}
        assert tries["ingest"] == ("success", 2), "the kill has to meet the task, and the retry has to succeed"
        # The announcement reached the warehouse although the first try died. A first build parses and builds every
        # model, and the kill may have met its own task too, which is tried again after a pause.
        wait_for(lambda: any(item["state"] == "success" for item in rest.runs("warehouse")), seconds=480)
        drop(settings, "wrong.csv", "")
        refused = rest.trigger(DAG)
        told = "wrong.csv refused (empty_file): The file is empty (0 bytes)."
        wait_for(lambda: told in (next(r for r in rest.runs(DAG) if r["dag_run_id"] == refused)["note"] or ""))
    found = {row["arrest_id"]: row for row in current_records(settings, "us_test/arrest", "arrest")}
    drop_keys = ("record_key",)  # keyed by each installation's own secret
    plain = [{k: v for k, v in row.items() if k not in drop_keys} for row in map(found.get, sorted(expected)) if row]
    assert plain == [{k: v for k, v in expected[key].items() if k not in drop_keys} for key in sorted(expected)]
    assert [(o.state, o.accepted) for o in outcomes(settings)] == [("applied", ROWS), ("refused", 0)]
    assert processes.members(running) == []


def test_up_twice_is_once_and_after_a_crash_it_starts_again(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    try:
        url = api.up(settings, port=None)
        first = processes.read_state(settings)
        assert first is not None
        assert api.up(settings, port=None) == url
        assert api.status(settings).components is not None
        psutil.Process(first.pid).kill()  # the supervisor dies: its components stay behind
        os.waitpid(first.pid, 0)
        assert processes.members(first)
        assert not api.status(settings).running
        api.up(settings, port=None)
        second = processes.read_state(settings)
        assert second is not None
        assert second.pid != first.pid
        assert processes.members(first) == []
    finally:
        assert api.down(settings)
    assert processes.members(second) == []
    assert not api.status(settings).running
