"""The demo's own judgement: it must notice what did not go as planned."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from demo.home import demo_settings, wipe
from demo.summary import differences, table
from demo.watch import unexpected
from ingest.api import drain, fetch
from settings import Settings, load_settings
from stack.errors import StackError
from support.world import drop, rows, write_feed


class Tasks:
    """Task instances as Airflow would list them."""

    def __init__(self, *steps: tuple[str, str, str]) -> None:
        self.steps = [{"dag_id": d, "task_id": t, "state": s, "dag_run_id": "run"} for d, t, s in steps]

    def task_instances(self) -> list[dict[str, str]]:
        return self.steps


@pytest.fixture
def taken(settings: Settings) -> Settings:
    write_feed(settings)
    drop(settings, "a.csv", rows("a1,2024-01-01,20", "a2,2024-01-01,200"))
    drop(settings, "b.csv", "")
    fetch(settings, "us_test/arrest")
    drain(settings, "us_test/arrest")
    return settings


def truth(world: Path, **changes: object) -> Path:
    good = {
        "feed_id": "us_test/arrest", "file": "x/a.csv", "state": "applied", "reason": None,
        "kinds": {"arrest": {"accepted": 1}}, "quarantined": [{"row_number": 2}],
    }  # fmt: skip
    refused = {**good, "file": "x/b.csv", "state": "refused", "reason": "empty_file", "kinds": {}, "quarantined": []}
    (world / "truth").mkdir(parents=True)
    (world / "truth" / "deliveries.json").write_text(json.dumps([{**good, **changes}, refused]))
    return world


def test_what_went_as_planned_has_no_differences(taken: Settings, tmp_path: Path) -> None:
    assert differences(taken, truth(tmp_path / "world"), []) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "held", "reason": "row_floor"},
        {"kinds": {"arrest": {"accepted": 2}}},
        {"quarantined": []},
        {"file": "x/other.csv"},
    ],
)
def test_every_departure_from_the_plan_is_told(taken: Settings, tmp_path: Path, changes: dict[str, object]) -> None:
    assert differences(taken, truth(tmp_path / "world", **changes), [])


def test_a_red_verdict_is_expected_only_where_a_file_was_refused(taken: Settings) -> None:
    mine, other = "feed__us_test__arrest", "feed__us_test__shooting"
    fine = Tasks((mine, "ingest", "success"), (mine, "verdict", "failed"), ("warehouse", "load", "skipped"))
    assert unexpected(taken, fine) == []  # type: ignore[arg-type]
    wrong = Tasks((other, "verdict", "failed"), (mine, "ingest", "failed"), ("warehouse", "load", "upstream_failed"))
    assert len(unexpected(taken, wrong)) == 3  # type: ignore[arg-type]


def test_the_demo_keeps_to_its_own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNSC_WAREHOUSE", "/elsewhere.duckdb")
    monkeypatch.setenv("NNSC_LEDGER_URL", "sqlite:////elsewhere.db")
    own = demo_settings(load_settings(home=tmp_path))
    assert own.home == tmp_path / "demo"
    for place in (own.warehouse, own.ledger_url, own.buckets, own.published, own.work):
        assert str(tmp_path / "demo") in str(place)


def test_a_folder_that_no_demo_made_is_never_emptied(tmp_path: Path) -> None:
    own = demo_settings(load_settings(home=tmp_path))
    own.home.mkdir()
    (own.home / "precious").write_text("x")
    with pytest.raises(StackError, match="was not made by the demo"):
        wipe(own)
    assert (own.home / "precious").exists()


def test_what_a_demo_made_is_emptied(tmp_path: Path) -> None:
    own = demo_settings(load_settings(home=tmp_path))
    wipe(own)
    (own.home / "old").write_text("x")
    wipe(own)
    assert [path.name for path in own.home.iterdir()] == [".nnsc-demo"]


def test_numbers_stand_to_the_right() -> None:
    assert table(("name", "n"), [("a", 1), ("bb", 1234)]) == ["  name      n", "  a         1", "  bb    1,234"]
