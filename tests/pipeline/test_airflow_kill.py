"""SIGKILL inside the tasks of a real Airflow: the scheduler tries again, and the tables are the same."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ingest.api import drain, fetch
from settings import Settings
from stack.api import running
from support.pausing import pause
from support.snapshot import same_key, snapshot
from support.world import drop, rows, settings_in, write_feed

FEED = "us_test/arrest"
POINTS = ("landing.written", "changes.before_commit")


def prepare(folder: Path) -> Settings:
    settings = settings_in(folder, watch_drops=False)  # the run is started here, not by the drop
    write_feed(settings)
    drop(settings, "a.csv", rows(*(f"A{i},2024-12-01,30" for i in range(50))))
    drop(settings, "b.csv", rows(*(f"A{i},2024-12-01,31" for i in range(5, 50)), "A60,2024-12-01,224"))
    return settings


@pytest.mark.slow
def test_a_kill_inside_a_task_loses_and_doubles_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    untouched = prepare(tmp_path / "untouched")
    fetch(untouched, FEED)
    drain(untouched, FEED)

    settings = prepare(tmp_path / "killed")
    same_key(settings, untouched)
    killed = tmp_path / "kills"
    killed.mkdir()
    monkeypatch.setenv("DRILL_KILL_AT", ",".join(POINTS))
    monkeypatch.setenv("DRILL_KILL_ONCE", str(killed))
    with running(settings) as rest:
        pause(rest, "warehouse")  # what is compared are the tables of ingest
        run_id = rest.trigger("feed__us_test__arrest")
        deadline = time.monotonic() + 400
        while True:
            tasks = {t["task_id"]: t for t in rest.task_instances("feed__us_test__arrest", run_id)}
            if tasks and all(t["state"] in ("success", "failed", "upstream_failed") for t in tasks.values()):
                break
            assert time.monotonic() < deadline, {name: (t["state"], t["try_number"]) for name, t in tasks.items()}
            time.sleep(1)
    assert sorted(path.name for path in killed.iterdir()) == sorted(POINTS)
    assert {name: t["state"] for name, t in tasks.items()} == dict.fromkeys(tasks, "success")
    assert (tasks["fetch"]["try_number"], tasks["ingest"]["try_number"]) == (2, 2)
    assert snapshot(settings, [FEED]) == snapshot(untouched, [FEED])
