"""Drug markets in jurisdiction files: cells, polygons and rings against h3, and mistakes that name their place."""

from __future__ import annotations

import h3
import pytest

from feeds.catalogue import load_catalogue, load_jurisdiction
from feeds.errors import SpecificationError
from feeds.markets import zones
from governance.suspicion import suspicion_policy
from settings import Settings
from support.world import JURISDICTION, write_feed
from warehouse.reference import reference_rows

#: The cell of San Francisco in the documentation of H3, and one three steps away.
HERE = "89283082e73ffff"
AWAY = sorted(h3.grid_ring(HERE, 3))[0]
MARKETS = f"""bounds: {{min_latitude: 37.0, max_latitude: 38.0, min_longitude: -123.0, max_longitude: -122.0}}
markets:
  - id: pier
    name: The pier
    phases: {{identified: 2024-01-10, call_in: 2024-06-01, notified: 2024-06-01}}
    drawings:
      - {{version: 1, cells: [{HERE}], ring: 3}}
      - {{version: 2, polygon: [[37.7690, -122.3895], [37.7690, -122.3885], [37.7697, -122.3885]]}}
  - id: field
    name: The field
    drawings: [{{version: 1, cells: [{AWAY}]}}]
"""


def write(settings: Settings, markets: str) -> None:
    write_feed(settings)
    (settings.jurisdictions / "us_test" / "jurisdiction.yml").write_text(JURISDICTION + markets)


def test_drawings_reach_the_reference_tables_with_their_cells_and_rings(settings: Settings) -> None:
    write(settings, MARKETS)
    rows = reference_rows(load_catalogue(settings), suspicion_policy(settings))
    drawn = [
        (market, version, newest, str(notified))
        for _, market, version, _, newest, _, _, notified, _, _ in rows["market"]
    ]
    assert drawn == [("field", 1, True, "None"), ("pier", 1, False, "2024-06-01"), ("pier", 2, True, "2024-06-01")]
    found: dict[tuple[str, int, str], set[str]] = {}
    for _, market, version, cell, ring in rows["market_cell"]:
        found.setdefault((market, version, ring), set()).add(cell)
    assert found["pier", 1, "market"] == found["pier", 2, "market"] == {HERE}, "a corner stands for the cell it lies in"
    # the market next door is no ring, and its own drawing leaves out the newest one of this
    assert found["pier", 1, "ring"] == set(h3.grid_disk(HERE, 3)) - {HERE, AWAY}
    assert found["pier", 2, "ring"] == set(h3.grid_ring(HERE, 1))
    assert found["field", 1, "ring"] == set(h3.grid_ring(AWAY, 1)) - {HERE}


def test_a_polygon_stands_for_every_cell_that_it_touches(settings: Settings) -> None:
    around = [list(corner) for corner in h3.cell_to_boundary(HERE)]
    wide = [[y + 0.2 * (y - 37.7693), x + 0.2 * (x + 122.3889)] for y, x in around]
    write(settings, MARKETS.replace("[[37.7690, -122.3895], [37.7690, -122.3885], [37.7697, -122.3885]]", str(wide)))
    told = zones(load_jurisdiction(settings, "us_test").markets)
    assert {cell for name, version, cell, ring in told if (name, version, ring) == ("pier", 2, "market")} == set(
        h3.grid_disk(HERE, 1)
    )


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("call_in: 2024-06-01", "call_in: 2024-01-09", "call_in .2024-01-09. is before identified"),
        ("notified: 2024-06-01", "arrests: 2024-06-01", "Remove this key"),
        ("id: field", "id: pier", "'pier' stands twice"),
        ("id: field", "id: The Field", "should match pattern"),
        (f"cells: [{AWAY}]", f"cells: [{HERE}]", f"'field' and 'pier' share {HERE}"),
        (f"cells: [{AWAY}]", f"cells: [{h3.cell_to_parent(AWAY, 8)}]", "no H3 cell of resolution 9"),
        (f"cells: [{AWAY}]", "cells: []", "either cells or a polygon"),
        (f"cells: [{AWAY}]", "polygon: [[37.1, -122.1], [37.1, -122.2]]", "three corners"),
        (f"cells: [{AWAY}]", "polygon: [[37.1, -122.1], [37.1, -122.9], [37.9, -122.5]]", "are no market: draw the corners"),
        (f"cells: [{AWAY}]", "polygon: [[-122.1, 37.1], [-122.1, 37.2], [-122.2, 37.1]]", "latitude, longitude. in degrees"),
        (f"cells: [{AWAY}]", "polygon: [[39.1, -122.1], [39.1, -122.101], [39.101, -122.1]]", "'field' lies at 39.1.* outside"),
        ("version: 2", "version: 1", "not numbered upwards"),
        ("ring: 3", "ring: 0", "greater than or equal to 1"),
    ],
)  # fmt: skip
def test_a_wrong_market_names_the_file_the_key_and_what_to_do(
    settings: Settings, old: str, new: str, says: str
) -> None:
    assert old in MARKETS
    write(settings, MARKETS.replace(old, new, 1))
    with pytest.raises(SpecificationError, match=says) as error:
        load_jurisdiction(settings, "us_test")
    assert error.value.file.endswith("us_test/jurisdiction.yml")
    assert error.value.key.startswith("markets")
