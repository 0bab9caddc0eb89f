"""Cells of places and changes of clocks, against values that others published."""

from __future__ import annotations

from datetime import datetime

import duckdb
import h3
import pytest

from feeds.places import AreaSpec, JurisdictionSpec
from warehouse.clocks import clock_changes
from warehouse.points import add_cells, add_neighbors

POINTS = (
    "create schema raw; create table raw.point (latitude double, longitude double, h3_8 varchar, h3_9 varchar, h3_10 varchar); "
    "create table raw.cell_neighbor (h3_9 varchar, neighbor_h3_9 varchar)"
)


def test_cells_are_those_of_the_documentation_of_h3_and_known_points_cost_nothing() -> None:
    with duckdb.connect() as db:
        db.execute(POINTS)
        db.execute(
            "create temp view new_records as select * from (values (37.769377, -122.388903), (37.769377, -122.388903), "
            "(95.0, 10.0), (null, 10.0)) as t (latitude, longitude)"
        )
        add_cells(db, ["latitude", "longitude"])
        add_cells(db, ["latitude", "longitude"])
        add_cells(db, ["area_id"])
        found = db.execute("select latitude, h3_9, h3_10 from raw.point").fetchall()
        neighbors = db.execute("select * from raw.cell_neighbor").fetchall()
        db.execute("delete from raw.cell_neighbor")  # as in a warehouse of an older version
        add_neighbors(db)
        assert db.execute("select * from raw.cell_neighbor").fetchall() == neighbors
    assert [row[:2] for row in found] == [(37.769377, "89283082e73ffff")]
    assert found[0][2].startswith("8a283082e7")
    ring = {h3.cell_to_latlng(neighbor) for _, neighbor in neighbors}
    assert len(neighbors) == len(ring) == 7, "the cell and six neighbors, once"
    assert {cell for cell, _ in neighbors} == {"89283082e73ffff"}
    assert max(h3.great_circle_distance(place, (37.769377, -122.388903)) for place in ring) < 0.6  # kilometers


def test_clocks_of_new_york_and_mexico() -> None:
    """Since 2007 the second Sunday of March and the first of November; Mexico changed for the last time in 2022."""
    new_york = {change[1].date().isoformat(): change for change in clock_changes("America/New_York")}
    assert new_york["2021-03-14"] == ("skipped", datetime(2021, 3, 14, 2), datetime(2021, 3, 14, 3))
    assert new_york["2021-11-07"] == ("repeated", datetime(2021, 11, 7, 1), datetime(2021, 11, 7, 2))
    assert clock_changes("America/Mexico_City")[-1] == (
        "repeated", datetime(2022, 10, 30, 1), datetime(2022, 10, 30, 2),
    )  # fmt: skip
    assert clock_changes("America/Phoenix") == ()


def test_a_precinct_is_drawn_once_at_a_time() -> None:
    def place(*areas: AreaSpec) -> JurisdictionSpec:
        return JurisdictionSpec(name="x", country="US", timezone="America/New_York", areas=list(areas))

    old = AreaSpec.model_validate({"kind": "precinct", "id": "1", "name": "First", "valid_to": "2013-06-30"})
    new = AreaSpec.model_validate({"kind": "precinct", "id": "1", "name": "First, smaller", "valid_from": "2013-07-01"})
    beat = AreaSpec.model_validate({"kind": "beat", "id": "1", "name": "Beat one"})
    assert len(place(old, new, beat).areas) == 3
    early = new.model_copy(update={"valid_from": None})
    with pytest.raises(ValueError, match="stands twice"):
        place(old, early)
