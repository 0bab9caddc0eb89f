"""One world with reports, for all tests of a module."""

from __future__ import annotations

import pytest

from reports.api import write_reports
from support.narrow import builds
from support.reports_made import Made
from support.reports_world import make_reports_world
from warehouse import api


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    world, truth = make_reports_world(tmp_path_factory.mktemp("reports") / "home")
    with builds():
        api.build(world.settings, world.active)
    api.publish_for(world.settings, None, ("partners",))
    return Made(world, truth, write_reports(world.settings, languages=["en"]).folder)
