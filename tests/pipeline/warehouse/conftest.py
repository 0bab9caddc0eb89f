"""Worlds for the tests of the warehouse: an empty one, and a copy of one that is built."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.engines import models_only
from support.postgres import Server, server
from support.warehouse_world import World, copy_of, first_deliveries, make_world
from warehouse import api, transform


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path / "home")


@pytest.fixture
def without_data_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds of this test leave dbt's data tests out: it looks at what is built itself (other modules run them)."""
    monkeypatch.setattr(transform, "run_dbt", models_only)


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world whose first deliveries are built and published; copied by ``built``, never changed."""
    world = make_world(tmp_path_factory.mktemp("built") / "home")
    first_deliveries(world)
    api.build(world.settings, world.active)
    return world


@pytest.fixture
def built(built_once: World, tmp_path: Path) -> World:
    """A copy of the built world, to be changed at will (its change sets' files stay where they were written)."""
    return copy_of(built_once, tmp_path / "home")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A Postgres server of these tests."""
    with server() as running:
        yield running
