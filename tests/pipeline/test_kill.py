"""SIGKILL at every named transition and at random moments, then a retry: the same tables, row by row."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest

from ingest.api import drain, fetch
from ingest.gx import session
from ingest.points import POINTS
from settings import Settings
from support.snapshot import same_key, snapshot
from support.world import drop, rows, settings_in, write_feed

FEED = "us_test/arrest"
DELIVERIES = {
    "a_20250101.csv": rows(*(f"A{i},2024-12-{1 + i % 28:02},{20 + i % 40},1990-01-01,S{i},north" for i in range(300))),
    "b_20250201.csv": rows(
        *(f"A{i},2024-12-{1 + i % 28:02},{21 + i % 40},1990-01-01,S{i},north" for i in range(5, 290)),
        "A291,2024-12-01,224,1990-01-01,S291,north",
        "A292,2024-13-01,30,1990-01-01,S292,north",
    ),
    "c_20250301.csv": rows(*(f"A{i},2024-12-{1 + i % 28:02},{20 + i % 40},1990-01-01,S{i},south" for i in range(310))),
}


def prepare(folder: Path, like: Settings | None = None) -> Settings:
    settings = settings_in(folder)
    write_feed(settings)
    text = (settings.jurisdictions / f"{FEED}.yml").read_text()
    pattern = 'known_at: {from_file_name: "_(\\\\d{8})", format: "%Y%m%d"}'
    (settings.jurisdictions / f"{FEED}.yml").write_text(text.replace("mode: full}", f"mode: full, {pattern}}}"))
    for name, data in DELIVERIES.items():
        drop(settings, name, data)
    if like:
        same_key(settings, like)
    return settings


def run(settings: Settings) -> None:
    fetch(settings, FEED)
    drain(settings, FEED)


def run_in_child(settings: Settings, kill_at: str | None = None, after: float | None = None) -> int:
    """Run in a forked child (Great Expectations is imported already) and kill it; the signal it died of."""
    session()
    child = os.fork()
    if child == 0:
        os.environ.update({"DRILL_KILL_AT": kill_at} if kill_at else {})
        try:
            run(settings)
            os._exit(0)
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(1)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the child failed by itself"
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, dict[str, object], float]:
    settings = prepare(tmp_path_factory.mktemp("untouched"))
    start = time.monotonic()
    assert run_in_child(settings) == 0
    return settings, snapshot(settings, [FEED]), time.monotonic() - start


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_a_named_transition_loses_and_doubles_nothing(
    untouched: tuple[Settings, dict[str, object], float], tmp_path: Path, point: str
) -> None:
    like, expected, _ = untouched
    settings = prepare(tmp_path, like)
    assert run_in_child(settings, kill_at=point) == signal.SIGKILL
    run(settings)
    assert snapshot(settings, [FEED]) == expected
    assert list((settings.home / "scratch").iterdir()) == []


def random_moments(count: int) -> list[float]:
    return [random.Random(number).random() for number in range(count)]


@pytest.mark.slow
@pytest.mark.parametrize("share", random_moments(20), ids="{:.3f}".format)
def test_a_kill_at_a_random_time_loses_and_doubles_nothing(
    untouched: tuple[Settings, dict[str, object], float], tmp_path: Path, share: float
) -> None:
    like, expected, duration = untouched
    settings = prepare(tmp_path, like)
    run_in_child(settings, after=share * duration)
    run(settings)
    assert snapshot(settings, [FEED]) == expected
