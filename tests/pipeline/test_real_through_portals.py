"""Real published files, served by a portal of each protocol in turn: what is landed is the file, cell by cell."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.registry import make_connector
from simulator.portal.server import Portal, running_portal
from simulator.portal.tables import Faults, Table
from support.conformance import pulled
from support.world import REAL

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="the real files are not part of the project")

FILES = ("boston-shootings", "philly-shootings", "nypd-shooting-ytd")
OWN = {"OBJECTID", "cartodb_id", "_id"}


@pytest.fixture
def portal() -> Iterator[Portal]:
    with running_portal() as portal:
        portal.faults = Faults(throttle_every=9, silent_limit=700, empty_page=3)
        yield portal


def options(kind: str, url: str) -> dict[str, Any]:
    return {
        "socrata": {"url": f"{url}/socrata", "dataset": "real"},
        "arcgis": {"url": f"{url}/arcgis/rest/services/real/FeatureServer/0"},
        "ckan": {"url": f"{url}/ckan", "resource": "real"},
        "carto": {"url": f"{url}/carto/api/v2/sql", "table": "real"},
    }[kind] | {"page_size": 1000, "backoff_seconds": 0.001}


@pytest.mark.parametrize("kind", ["socrata", "arcgis", "ckan", "carto"])
@pytest.mark.parametrize("folder", FILES)
def test_a_real_file_cell_by_cell(portal: Portal, tmp_path: Path, folder: str, kind: str) -> None:
    file = max((REAL / folder).glob("*.csv"), key=lambda path: path.name)
    with file.open(encoding="utf-8-sig", newline="") as handle:
        rows = [{k: v for k, v in row.items() if k.lower() not in OWN} for row in csv.DictReader(handle)]
    assert len(rows) > 500
    rows = rows[:3000]  # enough for several pages
    portal.tables["real"] = Table(dict.fromkeys(rows[0], "text"), [{k: v or None for k, v in r.items()} for r in rows])
    connector = make_connector(kind, options(kind, portal.url))
    _, got = pulled(connector, next(iter(connector.poll({}))), tmp_path)
    clean = [{k: v.replace("\r\n", "\n").replace("\r", "\n") for k, v in row.items()} for row in rows]
    assert [{k: v for k, v in row.items() if k not in OWN} for row in got] == clean
