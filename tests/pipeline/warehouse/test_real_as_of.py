"""The real vintages: marts as of each of them count what that vintage counted (the numbers are those of the files)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ingest.api import drain, fetch
from settings import Settings, load_settings
from warehouse import api
from warehouse.asof import as_of

BOSTON, NYPD, ARRESTS = "us_ma_boston/shooting", "us_ny_nyc/shooting_historic", "us_ny_nyc/arrest"
#: Feed, day of the vintage, file, victims and deaths in it.
VINTAGES = [
    (BOSTON, date(2021, 12, 31), "boston-shootings/Shootings_2021-12.csv", 1586, 261),
    (BOSTON, date(2023, 3, 31), "boston-shootings/Shootings_2023-03.csv", 1798, 300),
    (BOSTON, date(2025, 3, 31), "boston-shootings/shootings_2025-03.csv", 2061, 344),
    (NYPD, date(2020, 2, 15), "nypd-shooting/nypd_shooting_historic_2020-02.csv", 21408, 4081),
    (NYPD, date(2021, 5, 15), "nypd-shooting/nypd_shooting_historic_2021-05.csv", 21626, 4127),
    (NYPD, date(2022, 4, 15), "nypd-shooting/nypd_shooting_historic_2022-04.csv", 23585, 4500),
]
AREAS = "marts.mart_gvi__shootings_by_area_month"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, real: Path) -> Settings:
    """All vintages and two files of arrests, built and published."""
    settings = load_settings(home=tmp_path_factory.mktemp("real"))
    for feed_id, day, name, _, _ in VINTAGES:
        take(settings, feed_id, real / name, day)
    take(settings, ARRESTS, real / "nypd-arrests/NYPD_Arrests_Data__DEC2017.csv", date(2018, 1, 15))
    take(settings, ARRESTS, real / "nypd-arrests/NYPD_Arrest_Data__Year_to_Date__2022-02.csv", date(2022, 2, 15))
    api.build(settings)
    return settings


def take(settings: Settings, feed_id: str, file: Path, day: date) -> None:
    end = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo("America/New_York"))
    fetch(settings, feed_id, [file], end.astimezone(UTC))
    assert [outcome.state for outcome in drain(settings, feed_id).deliveries] == ["applied"]


def totals(columns: list[str], rows: list[tuple[Any, ...]]) -> tuple[int, int]:
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    return sum(row["victims"] for row in found), sum(row["fatal_victims"] for row in found)


@pytest.mark.parametrize("number", range(len(VINTAGES)))
def test_a_mart_as_of_a_vintage_counts_what_the_vintage_counts(built: Settings, number: int) -> None:
    feed_id, day, _, victims, fatal = VINTAGES[number]
    place = feed_id.split("/")[0]
    found = as_of(built, day, AREAS, f"jurisdiction_id = '{place}'")
    assert totals(found.columns, found.rows) == (victims, fatal)


def test_the_share_of_mapped_charges_is_published(built: Settings) -> None:
    """Of the real charges of two years more than 98 percent are understood, and more than 92 have an offense of NIBRS."""
    asked = f"select records, share_mapped, share_with_code from marts.mart_ops__mapping where feed_id = '{ARRESTS}' and terminology_id = 'nibrs_offense'"
    ((records, mapped, coded),) = api.query(built, asked).rows
    assert records == 32619
    assert mapped > 0.98
    assert coded > 0.92


def test_rates_use_the_population_of_the_census(built: Settings) -> None:
    """New York in 2020: the file counts 1,948 victims (of the 2022 vintage) among 8,804,190 people."""
    asked = "select victims, population, population_year, victims_per_100k from marts.mart_gvi__shooting_rate_by_year where jurisdiction_id = 'us_ny_nyc' and year = 2020"
    ((victims, population, year, rate),) = api.query(built, asked).rows
    assert (victims, population, year) == (1948, 8804190, 2020)
    assert rate == pytest.approx(victims / 88.04190)
