"""New York since 2026: victims without time or place take both from their incident, whichever arrives first."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from ingest.api import drain, fetch
from settings import load_settings
from support.world import PROJECT, at
from warehouse import api

CASES = PROJECT / "tests" / "fixtures" / "feeds" / "us_ny_nyc"
INCIDENT, VICTIM = "shooting_incident/2026_swapped_coordinates", "shooting_victim/2026_no_date_junk_ages"


@pytest.mark.slow
@pytest.mark.usefixtures("without_data_tests")
@pytest.mark.parametrize("order", [(VICTIM, INCIDENT), (INCIDENT, VICTIM)], ids=["victims first", "incidents first"])
def test_victims_stand_in_the_month_and_place_of_their_incident(tmp_path: Path, order: tuple[str, str]) -> None:
    settings = load_settings(home=tmp_path / "var")
    for number, name in enumerate(order):
        file = tmp_path / "case.csv"
        file.write_text(yaml.safe_load((CASES / f"{name}.yml").read_text())["file"])
        feed_id = f"us_ny_nyc/{name.partition('/')[0]}"
        fetch(settings, feed_id, [file], at(f"2026-11-0{number + 1}"))
        drain(settings, feed_id)
        if number == 0:
            api.load(settings)
            api.transform(settings)
    api.build(settings)
    found = api.query(
        settings,
        "select occurred_at_local::date, area_id, precinct_id, round(latitude, 1), is_fatal "
        "from core.fct_shooting_victim order by is_fatal",
    )
    place = (date(2025, 9, 30), "BRONX", "48", 40.8)
    assert [tuple(row) for row in found.rows] == [(*place, False), (*place, True)]
    months = api.query(settings, "select area_id from marts.mart_gvi__shootings_by_area_month")
    assert ("BRONX",) in [tuple(row) for row in months.rows]
