"""Tables that are made of several records equal a full refresh, whatever of these records moves, and what is known of it."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from settings import Settings
from support.arrest_sequences import JAIL, RECORDS, Story, arrests_by_month
from support.engines import contents, differences, made_anew
from support.narrow import below, builds
from support.postgres import Server
from support.warehouse_world import ARRESTS, World, copy_of, make_world, write_feed
from warehouse import api
from warehouse.dbt_runner import dbt_manifest
from warehouse.engine import engine_for

from .test_two_engines import in_postgres

MARTS = (
    "mart_gvi__arrests_by_offense_month", "mart_gvi__coarrest_edge", "mart_gvi__coarrest_edge_linked",
    "mart_legitimacy__disparity", "mart_legitimacy__enforcement_footprint", "mart_dmi__covert_market",
)  # fmt: skip
#: The whole build of these marts from nothing is done once for each sequence, at its end.
SEQUENCES, LENGTH = 4, 4
#: The sequence of `make test`.
ONE = 4


def begin(world: World) -> Story:
    """A second feed of the arrests, a first delivery of both, and people: some of one person, a third at one grade only."""
    write_feed(world.settings, JAIL, ["arrest"])
    story = Story(world, random.Random(0))
    story.begin()
    begin_in(world.settings, world)
    return story


def begin_in(settings: Settings, world: World) -> None:
    """Load and build the first deliveries."""
    api.load(settings, world.active)
    held = [*((f"a{n}", f"p{n % 4}") for n in range(6)), ("j0", "p1"), ("j1", "p5")]
    with engine_for(settings).transaction() as db:
        for number, (key, person) in enumerate(held):
            for grade in ("linked", "action") if number % 3 < 2 else ("linked",):
                values = [f"{key}:arrestee", grade, person]
                db.execute("insert into raw.person_membership values (?, ?, ?, timestamp '2024-01-01', null)", values)
    with builds(*MARTS):
        api.transform(settings, full_refresh=True)


def check_months(world: World) -> None:
    """The count of arrests and charges by a walk through the books, after each load."""
    with engine_for(world.settings).session() as db:
        charges = db.execute(
            "select month, sum(charges) from marts.mart_gvi__arrests_by_offense_month group by 1"
        ).fetchall()
        arrests = db.execute(
            "select date_trunc('month', arrested_on)::date, count(*) from intermediate.int_arrest__with_charges group by 1"
        ).fetchall()
    expected = arrests_by_month(world.active)
    assert dict(arrests) == {month: number for month, (number, _) in expected.items()}
    assert {month: int(number) for month, number in charges} == {
        month: number for month, (_, number) in expected.items()
    }


def follow(begun: Story, home: Path, seed: int) -> set[str]:
    """Deliver, load and build so many times; at the end everything below the marts equals a full refresh."""
    world = copy_of(begun.world, home)
    story = begun.in_copy(world, random.Random(seed))
    for _ in range(LENGTH):
        story.take()
        api.load(world.settings, world.active)
        api.transform(world.settings)
        check_months(world)
    incremental = told(world.settings)
    made_anew(world.settings)
    assert differences(incremental, told(world.settings)) == {}
    return story.seen


def told(settings: Settings) -> dict[str, pa.Table]:
    """The marts and what they are made of."""
    made_of = below(dbt_manifest(settings), MARTS, False)
    return {name: table for name, table in contents(settings).items() if name.split(".")[1] in made_of}


@pytest.fixture(scope="module")
def begun(built_once: World, tmp_path_factory: pytest.TempPathFactory) -> Story:
    return begin(copy_of(built_once, tmp_path_factory.mktemp("arrests") / "home"))


@pytest.mark.slow
@given(seed=st.integers(min_value=1, max_value=10**6))
@given_settings(
    max_examples=SEQUENCES, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_incremental_arrests_equal_a_full_refresh(
    begun: Story, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    with builds(*MARTS):
        follow(begun, tmp_path_factory.mktemp(f"seed{seed}") / "home", seed)


def test_one_sequence_equals_a_full_refresh(begun: Story, tmp_path: Path) -> None:
    with builds(*MARTS):
        assert follow(begun, tmp_path / "home", ONE) >= {"out of order", "withdrawn", "delete"}
    with engine_for(begun.world.settings).session() as db:  # there is something to compare
        for table in ("marts.mart_gvi__coarrest_edge", "intermediate.int_arrest__by_offense"):
            assert db.execute(f"select count(*) from {table}").fetchall()[0][0] > 0, table


@pytest.mark.slow
def test_arrests_that_move_mean_the_same_in_postgres(begun: Story, tmp_path: Path, postgres: Server) -> None:
    world = copy_of(begun.world, tmp_path / "home")
    other = in_postgres(world.settings, tmp_path / "postgres", postgres)
    begin_in(other, world)
    story = begun.in_copy(world, random.Random(ONE))
    for _ in range(LENGTH):
        story.take()
        for settings in (world.settings, other):
            api.load(settings, world.active)
            with builds(*MARTS):
                api.transform(settings)
    assert differences(told(world.settings), told(other)) == {}


def test_the_sequences_hold_every_trouble(tmp_path: Path) -> None:
    """Nothing is built: only that a few sequences of four change sets are what the page says."""
    seen: set[str] = set()
    for seed in range(1, 1 + SEQUENCES):
        begun = Story(make_world(tmp_path / str(seed)), random.Random(0))
        begun.begin()
        story = begun.in_copy(begun.world, random.Random(seed))
        for _ in range(LENGTH):
            story.take()
        seen |= story.seen
    assert seen >= {"out of order", "withdrawn", "delete", "mark", "clear", "revert", "correction of a correction"}
    assert set(RECORDS) == {ARRESTS, JAIL}
