"""A build that is killed at any time and then repeated ends in the same tables."""

from __future__ import annotations

import os
import random
import signal
import time
from typing import Any

import pytest

from settings import Settings
from support.engines import made_anew
from support.warehouse_world import ARRESTS, SHOOTINGS, World, shooting
from warehouse import api
from warehouse.engine import engine_for

pytestmark = pytest.mark.usefixtures("without_data_tests")


def tables(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """Every relation of the warehouse's models, row by row, without the numbers of loads."""
    with engine_for(settings).session() as db:
        names = db.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_schema in ('intermediate', 'restricted', 'core', 'marts') order by 1"
        ).fetchall()
        return {name: db.execute(f"select * from {name} order by all").fetchall() for (name,) in names}


def correction(world: World) -> None:
    changed = shooting("shooting_victim", "update", "v1", "i1", is_fatal=True, area_id="North")
    world.deliver(SHOOTINGS, 2, {"shooting_victim": [changed, {"op": "delete", "record_key": "v2"}]})
    world.deliver(ARRESTS, 2, {"arrest_charge": [{"op": "delete", "record_key": "c2"}]})


def kill_builds(world: World, times: list[float]) -> int:
    """Start a build and kill it, once for each time (seconds); returns how many were running still."""
    killed = 0
    for seconds in times:
        child = os.fork()
        if child == 0:
            try:
                api.build(world.settings, world.active)
            finally:
                os._exit(0)
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        killed += os.WIFSIGNALED(os.waitpid(child, 0)[1])
    return killed


def run(built: World, times: list[float]) -> None:
    before = tables(built.settings).keys()
    correction(built)
    assert kill_builds(built, times) > 0
    result = api.build(built.settings, built.active)
    assert result.published.tables["core.fct_shooting_victim"] == 3
    interrupted = tables(built.settings)
    assert interrupted.keys() == before  # no view is missing, nothing half made is left
    made_anew(built.settings)
    assert tables(built.settings) == interrupted
    assert not list(built.settings.published.rglob(".*"))


@pytest.mark.slow
@pytest.mark.parametrize("first", [1.5, 4.0])
def test_builds_killed_at_random_times_are_repeated_without_a_trace(built: World, first: float) -> None:
    """While it loads or while models are made, then three times anywhere; each world is built anew twice after that."""
    chance = random.Random(first)
    run(built, [first, *(chance.uniform(0.1, 8) for _ in range(3))])
