"""Places and times of facts: cells, bounds, wall clocks, rates."""

from __future__ import annotations

from datetime import datetime

import h3
import pytest

from support.warehouse_world import SHOOTINGS, World, shooting
from warehouse import api
from warehouse.engine import engine_for

pytestmark = pytest.mark.usefixtures("without_data_tests")


@pytest.mark.builds("fct_shooting_victim", "dim_point", "dim_area")
def test_points_have_cells_and_hours_that_occur_twice_are_flagged(built: World) -> None:
    place = {"latitude": 37.769377, "longitude": -122.388903}
    times = {
        "twice": datetime(2021, 11, 7, 1, 30),
        "never": datetime(2021, 3, 14, 2, 30),
        "once": datetime(2021, 11, 7, 2),
    }
    victims = [
        shooting("shooting_victim", "insert", key, f"inc-{key}", is_fatal=False)
        | {"occurred_at": local, "occurred_at_local": local, "occurred_at_precision": "minute", **place}
        for key, local in times.items()
    ]
    built.deliver(SHOOTINGS, 2, {"shooting_victim": victims})
    api.build(built.settings, built.active)
    clocks = "select record_key, occurred_at_clock, occurred_at_precision from core.fct_shooting_victim where record_key in ('twice', 'never', 'once') order by 1"
    assert api.query(built.settings, clocks).rows == [
        ("never", "skipped", "minute"),
        ("once", "plain", "minute"),
        ("twice", "repeated", "minute"),
    ]
    points = "select jurisdiction_id, is_within_bounds, h3_9 from core.dim_point"
    assert api.query(built.settings, points).rows == [("us_aa_first", None, "89283082e73ffff")]
    with engine_for(built.settings).session() as db:
        around = {name for (name,) in db.execute("select neighbor_h3_9 from raw.cell_neighbor").fetchall()}
    assert around == set(h3.grid_disk("89283082e73ffff", 1))
    areas = "select area_kind, area_id, is_stated, first_seen_on::varchar from core.dim_area order by all"
    assert api.query(built.settings, areas).rows == [("area", "North", False, "2023-12-31")]
