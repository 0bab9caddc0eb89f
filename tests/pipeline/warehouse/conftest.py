"""Worlds for the tests of the warehouse: an empty one, and a copy of one that is built."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.engines import models_only
from support.narrow import building
from support.postgres import Server, server
from support.templates import template
from support.warehouse_world import World, copy_of, first_deliveries, make_world
from warehouse import api, transform


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path / "home")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "builds(*models): builds of this test make these models and what is below them")


@pytest.fixture
def without_data_tests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds of this test leave dbt's data tests out: it looks at what is built itself (other modules run them).

    With the mark ``builds(*models)`` they make those models only.
    """
    mark = request.node.get_closest_marker("builds")
    monkeypatch.setattr(transform, "run_dbt", building(*mark.args) if mark else models_only)


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world whose first deliveries are built and published; copied by ``built``, never changed."""

    def make(folder: Path) -> World:
        world = make_world(folder / "home")
        first_deliveries(world)
        api.build(world.settings, world.active)
        return world

    return copy_of(template("built", make), tmp_path_factory.mktemp("built") / "home")


@pytest.fixture
def built(built_once: World, tmp_path: Path) -> World:
    """A copy of the built world, to be changed at will (its change sets' files stay where they were written)."""
    return copy_of(built_once, tmp_path / "home")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A Postgres server of these tests."""
    with server() as running:
        yield running
