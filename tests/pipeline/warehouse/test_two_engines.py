"""The same change sets give the same warehouse in DuckDB and in Postgres, value by value.

A small world is compared in test_postgres_readers.py, where it stands in Postgres anyway.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.api import active_change_sets, drain, fetch
from linkage.run import LinkResult, run
from settings import Settings, load_settings
from simulator.agencies import FORMS
from simulator.api import deliver, simulate
from support.candidate_truth import expected, told
from support.engines import contents, differences, no_data_tests
from support.postgres import Server
from support.warehouse_world import ARRESTS, PROJECT, SHOOTINGS, VICTIMS_ONLY, World
from warehouse import api
from warehouse.asof import as_of
from warehouse.changes import ChangeSetLike
from warehouse.engine import engine_for
from warehouse.errors import WarehouseError
from warehouse.kept import publication

from .test_warehouse_history import Agency

#: Looked at as of an instant, the last also as of a day: people and incidents, time in custody, what was pending.
MODELS = [
    "marts.mart_gvi__concentration",
    "marts.mart_pvi__alarm",
    "marts.mart_legitimacy__disparity",
    "marts.mart_ops__feed_freshness",
]


def in_postgres(settings: Settings, home: Path, server: Server) -> Settings:
    """The same feeds and ledger, and a warehouse that is a new Postgres database; nothing else is configured."""
    return Settings(
        home=home, project=PROJECT, jurisdictions=settings.jurisdictions, warehouse=server.database(),
        ledger_url=settings.ledger_url, clock=settings.clock,
    )  # fmt: skip


def same(one: Settings, other: Settings, least: int) -> None:
    """Both warehouses and both publications hold the same; at least ``least`` relations have rows."""
    assert publication(one).manifest["files"] == publication(other).manifest["files"]  # named after their content
    left, right = contents(one), contents(other)
    assert differences(left, right) == {}
    assert sum(table.num_rows > 0 for table in left.values()) >= least


def build_both(one: Settings, other: Settings, active: Sequence[ChangeSetLike]) -> None:
    left, right = api.build(one, active), api.build(other, active)
    assert left.published.tables == right.published.tables
    assert left.loaded == right.loaded


@pytest.mark.slow
@pytest.mark.usefixtures("without_data_tests")
def test_random_change_sets_mean_the_same_in_both(world: World, tmp_path: Path, postgres: Server) -> None:
    """Corrections, withdrawals, marks and late deliveries, built step by step: incremental models on both."""
    chance = random.Random(5)
    agencies = [
        Agency(world, SHOOTINGS, "shooting_victim", chance),
        Agency(world, VICTIMS_ONLY, "shooting_victim", chance),
        Agency(world, ARRESTS, "arrest_charge", chance),
    ]
    other = in_postgres(world.settings, tmp_path / "postgres", postgres)
    for _ in range(2):
        for agency in agencies:
            agency.deliver()
        build_both(world.settings, other, world.active)
        same(world.settings, other, least=20)


def simulated(folder: Path, postgres: Server, people: int, months: int) -> tuple[Settings, Settings]:
    """A simulated world, delivered in two parts: Postgres builds each as it comes, DuckDB everything at once.

    The second build in Postgres runs dbt's data tests, which every DuckDB world with people runs.
    """
    world, one = folder / "world", load_settings(home=folder / "duckdb", project=PROJECT)
    simulate(world, seed=7, people=people, months=months)
    other = in_postgres(one, folder / "postgres", postgres)
    numbers = len(deliver(world, folder / "counted"))
    for until in (numbers * 2 // 3, None):
        deliver(world, one.buckets, until=until)
        for feed_id in sorted(FORMS):
            fetch(one, feed_id)
            drain(one, feed_id)
        with no_data_tests() if until else nullcontext():
            api.build(other, active_change_sets(one))
    with no_data_tests():
        assert api.build(one).published.tables == publication(other).tables
    same(one, other, least=40)
    return one, other


@pytest.mark.slow
def test_a_larger_simulated_world_its_people_and_its_past_are_the_same_in_both(
    tmp_path: Path, postgres: Server
) -> None:
    one, other = simulated(tmp_path, postgres, people=2500, months=1)
    first, second = people_linked(one), people_linked(other)
    assert first.people > 100
    assert (second.mentions, second.people, second.action_people) == (first.mentions, first.people, first.action_people)
    assert (first.changed, second.changed) == (True, False)  # the ledger is one: Postgres found the same people
    active = active_change_sets(one)
    with no_data_tests():
        assert api.build(one, active).published.tables == api.build(other, active).published.tables
    same(one, other, least=44)
    assert told(one) == expected(one)  # every kind of record that may be a reason is in this world
    known = sorted(change_set.known_at for change_set in active)
    middle = known[len(known) // 2]
    for model, moment in [*((model, middle) for model in MODELS), (MODELS[-1], middle.date())]:
        left, right = as_of(one, moment, model), as_of(other, moment, model)
        assert left.rows, model
        assert (left.columns, left.rows) == (right.columns, right.rows), (model, moment)


def people_linked(settings: Settings) -> LinkResult:
    """Link the mentions of an installation, all of them anew."""
    return run(settings.model_copy(update={"clock": datetime(2030, 1, 1, tzinfo=UTC)}), full=True)


def test_a_second_writer_is_kept_out_of_postgres(world: World, tmp_path: Path, postgres: Server) -> None:
    settings = in_postgres(world.settings, tmp_path / "postgres", postgres)
    with engine_for(settings).session(), pytest.raises(WarehouseError, match="being written by another process"):
        api.load(settings, world.active)
    api.load(settings, world.active)


@pytest.mark.parametrize(
    ("warehouse", "said"),
    [
        ("postgresql://nobody@127.0.0.1:9/nothing", "cannot be reached"),
        ("postgresql://127.0.0.1:9/", "does not name user and dbname"),
        ("mysql://root@host/db", "no warehouse engine for mysql"),
    ],
)
def test_a_wrong_address_is_explained_without_its_password(world: World, warehouse: str, said: str) -> None:
    settings = world.settings.model_copy(update={"warehouse": warehouse.replace("@", ":geheim@")})
    with pytest.raises(WarehouseError, match=said) as caught:
        api.load(settings, world.active)
    assert "geheim" not in str(caught.value)


def test_a_writer_that_ended_is_not_in_the_way_of_the_next(world: World, tmp_path: Path, postgres: Server) -> None:
    """The server closes connections in its own time; the lock must be free at once all the same."""
    settings = in_postgres(world.settings, tmp_path / "postgres", postgres)
    engine = engine_for(settings)
    for _ in range(300):
        with engine.dbt_session():
            pass
