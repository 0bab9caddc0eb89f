"""Tables that are made of several records equal a full refresh, whatever of these records moves, and what is known of it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from support.arrest_sequences import JAIL, RECORDS, Story, arrests_by_month
from support.engines import contents, differences, made_anew
from support.narrow import below, builds
from support.warehouse_world import ARRESTS, World, copy_of, make_world, write_feed
from warehouse import api
from warehouse.dbt_runner import dbt_manifest
from warehouse.engine import engine_for

MARTS = (
    "mart_gvi__arrests_by_offense_month", "mart_gvi__coarrest_edge", "mart_gvi__coarrest_edge_linked",
    "mart_legitimacy__disparity", "mart_legitimacy__enforcement_footprint", "mart_dmi__covert_market",
)  # fmt: skip
#: The whole build of these marts from nothing is done once for each sequence, at its end.
SEQUENCES, LENGTH = 8, 4


def with_people(world: World) -> None:
    """A second feed of the arrests, and people: some arrests are of one person, most only at the looser grade."""
    write_feed(world.settings, JAIL, ["arrest"])
    api.load(world.settings, world.active)
    held = [("a0", "p0"), ("a1", "p1"), ("a2", "p2"), ("a3", "p0"), ("j0", "p1"), ("j1", "p3")]
    with engine_for(world.settings).transaction() as db:
        for number, (key, person) in enumerate(held):
            for grade in ("linked", "action") if number % 3 < 2 else ("linked",):
                values = [f"{key}:arrestee", grade, person]
                db.execute("insert into raw.person_membership values (?, ?, ?, timestamp '2024-01-01', null)", values)


def check_months(world: World) -> None:
    """The count of arrests and charges by a walk through the books, after each load."""
    with engine_for(world.settings).session() as db:
        rows = db.execute(
            "select month, offense_group_code <> 'not_recorded' or charges > 0 as has_charges, sum(charges) "
            "from marts.mart_gvi__arrests_by_offense_month group by all"
        ).fetchall()
        counted = db.execute(
            "select date_trunc('month', arrested_on)::date, count(*) from intermediate.int_arrest__with_charges group by all"
        ).fetchall()
    expected = arrests_by_month(world.active)
    assert {(month, has): int(n) for month, has, n in rows} == {cell: n for cell, (_, n) in expected.items()}
    by_month: dict[object, int] = {}
    for (month, _), (arrests, _) in expected.items():
        by_month[month] = by_month.get(month, 0) + arrests
    assert dict(counted) == by_month


def follow(world: World, seed: int) -> set[str]:
    """Deliver, load and build so many times; at the end everything below the marts equals a full refresh."""
    story = Story(world, random.Random(seed))
    for _ in range(LENGTH):
        story.take()
        api.load(world.settings, world.active)
        api.transform(world.settings)
        check_months(world)
    made_of = below(dbt_manifest(world.settings), MARTS, False)

    def told() -> dict[str, object]:
        return {name: table for name, table in contents(world.settings).items() if name.split(".")[1] in made_of}

    incremental = told()
    made_anew(world.settings)
    assert differences(incremental, told()) == {}  # type: ignore[arg-type]
    return story.seen


@pytest.fixture(scope="module")
def begun(built_once: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    world = copy_of(built_once, tmp_path_factory.mktemp("arrests") / "home")
    with_people(world)
    with builds(*MARTS):
        api.transform(world.settings, full_refresh=True)
    return world


@pytest.mark.slow
@given(seed=st.integers(min_value=1, max_value=10**6))
@given_settings(
    max_examples=SEQUENCES, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_incremental_arrests_equal_a_full_refresh(begun: World, tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    with builds(*MARTS):
        follow(copy_of(begun, tmp_path_factory.mktemp(f"seed{seed}") / "home"), seed)


def test_one_sequence_equals_a_full_refresh(begun: World, tmp_path: Path) -> None:
    with builds(*MARTS):
        assert follow(copy_of(begun, tmp_path / "home"), seed=3) >= {"out of order"}


def test_the_sequences_hold_every_trouble(tmp_path: Path) -> None:
    """Nothing is built: only that eight sequences of four change sets are what the page says."""
    seen: set[str] = set()
    for seed in range(SEQUENCES):
        story = Story(make_world(tmp_path / str(seed)), random.Random(seed))
        for _ in range(LENGTH):
            story.take()
        seen |= story.seen
    assert seen >= {"out of order", "withdrawn", "delete", "mark", "clear", "revert", "correction of a correction"}
    assert set(RECORDS) == {ARRESTS, JAIL}
