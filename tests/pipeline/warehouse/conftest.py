"""Worlds for the tests of the warehouse: an empty one, and a copy of one that is built."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from settings import Settings
from support.warehouse_world import PROJECT, World, first_deliveries, make_world
from warehouse import api


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path / "home")


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
    home = tmp_path / "home"
    shutil.copytree(built_once.settings.home, home)
    settings = Settings(home=home, project=PROJECT, jurisdictions=home / "jurisdictions")
    return World(settings, built_once.contracts, list(built_once.active), built_once.counter)
