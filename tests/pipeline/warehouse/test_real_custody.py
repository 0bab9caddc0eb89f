"""New York's jail fights and daily custody from the published files to the rates, against the files read anew."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from ingest.api import drain, fetch
from settings import Settings, load_settings
from support.world import PROJECT, at
from warehouse import api

pytestmark = pytest.mark.slow  # sixteen days of six thousand people are taken in first

FIGHTS, CUSTODY, NYC = "us_ny_nyc/doc_fights", "us_ny_nyc/doc_custody", "us_ny_nyc"


def fights_file(real: Path) -> Path:
    return real / "nyc-doc-incidents" / "Inmate_Incidents_-_Inmate_Fights.csv"


def custody_files(real: Path) -> list[Path]:
    return sorted((real / "nyc-doc-daily-inmates").glob("DOC_Inmates_InCustody_Daily_*.csv"))


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, real: Path) -> Settings:
    """Both feeds ingested and built; only New York is in the catalogue."""
    home = tmp_path_factory.mktemp("custody")
    (home / "jurisdictions").mkdir()
    (home / "jurisdictions" / NYC).symlink_to(PROJECT / "jurisdictions" / NYC)
    made = load_settings(home=home / "var", jurisdictions=home / "jurisdictions")
    fetch(made, FIGHTS, [fights_file(real)], at("2026-08-22"))
    fetch(made, CUSTODY, custody_files(real))
    for feed_id in (FIGHTS, CUSTODY):
        outcomes = drain(made, feed_id).deliveries
        assert [outcome.state for outcome in outcomes] == ["applied"] * len(outcomes)
    api.build(made)
    return made


def ask(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    return api.query(settings, sql).rows


def told_fights(real: Path) -> Counter[tuple[date, str | None]]:
    """Fights by month and facility, straight from the file."""
    found: Counter[tuple[date, str | None]] = Counter()
    with fights_file(real).open(encoding="utf-8-sig", newline="") as handle:
        for row in csv.DictReader(handle):
            day = datetime.strptime(row["INCIDENT_DT"], "%m/%d/%Y %I:%M:%S %p").date()
            found[day.replace(day=1), row["FACILITY"].strip() or None] += 1
    return found


def told_days(real: Path) -> dict[date, int]:
    """People in custody by day: the rows of each file."""
    found = {}
    for file in custody_files(real):
        name = re.search(r"_(\d{4})(\d\d)(\d\d)\.csv$", file.name)
        assert name
        with file.open(encoding="utf-8-sig", newline="") as handle:
            found[date(*map(int, name.groups()))] = sum(1 for _ in csv.DictReader(handle))
    return found


def test_every_fight_counts_and_those_without_facility_count_for_the_system(settings: Settings, real: Path) -> None:
    told = told_fights(real)
    assert (told.total(), sum(n for (_, place), n in told.items() if place is None)) == (23585, 8928)
    totals = "select count(*), count(*) - count(facility_id) from core.fct_prison_incident"
    assert ask(settings, totals) == [(23585, 8928)]
    rates = "select month, facility_id, incidents from marts.mart_pvi__rate where class_code = 'all' and incidents > 0"
    system = {month: n for month, _, n in ask(settings, f"{rates} and level = 'system'")}
    assert sum(system.values()) == 23585
    for month, count in system.items():
        assert count == sum(n for (m, _), n in told.items() if m == month), month
    by_facility = {(month, place): n for month, place, n in ask(settings, f"{rates} and level = 'facility'")}
    assert by_facility == {key: n for key, n in told.items() if key[1] is not None}


def test_every_day_of_custody_is_counted_as_its_file_says(settings: Settings, real: Path) -> None:
    told = told_days(real)
    assert (told[date(2026, 8, 7)], told[date(2026, 8, 21)], len(told)) == (6454, 6509, 17)
    assert dict(ask(settings, "select day, people from core.fct_custody_day")) == told
    assert ask(settings, "select count(*) from core.fct_custody_day where facility_id is not null") == [(0,)]


def rate(settings: Settings, month: str) -> dict[str, Any]:
    sql = f"select * from marts.mart_pvi__rate where level = 'system' and class_code = 'all' and month = '{month}'"
    answer = api.query(settings, sql)
    assert len(answer.rows) == 1
    return dict(zip(answer.columns, answer.rows[0], strict=True))


def test_june_2016_has_its_fights_and_one_day_and_no_rate(settings: Settings, real: Path) -> None:
    row = rate(settings, "2016-06-01")
    assert (row["incidents"], row["days_observed"], row["days_in_month"]) == (542, 1, 30)
    assert row["adp"] == told_days(real)[date(2016, 6, 4)] == 9766
    assert row["incidents_per_100_adp_monthly"] is None
    assert row["rate_note"] == "The census covers 1 of 30 days; below 80 percent no rate is given."


def test_half_of_august_2026_gives_no_rate_and_no_false_zero(settings: Settings, real: Path) -> None:
    row = rate(settings, "2026-08-01")
    days = [people for day, people in told_days(real).items() if day >= date(2026, 8, 1)]
    assert (row["days_observed"], row["days_in_month"], row["person_days"]) == (15, 31, sum(days))
    assert row["adp"] == pytest.approx(sum(days) / 15)
    assert row["incidents_per_100_adp_monthly"] is None
    assert row["rate_note"] == "The census covers 15 of 31 days; below 80 percent no rate is given."
    assert row["incidents"] is None  # the fights end in April 2020: no fight is recorded, which is not no fight


def test_a_class_that_was_never_recorded_has_no_rows(settings: Settings) -> None:
    classes = ask(settings, "select distinct class_code from marts.mart_pvi__rate order by 1")
    assert classes == [("all",), ("fight",)]
    rules = ask(settings, "select class_code, rule_id, count(*) from core.bridge_prison_incident_class group by all")
    assert sorted(rules, key=str) == [("all", None, 23585), ("fight", "fight", 23585)]


def test_march_2016_was_not_delivered_and_is_no_zero(settings: Settings) -> None:
    assert ask(settings, "select count(*) from marts.mart_pvi__rate where month = '2016-03-01'") == [(0,)]
    spoken = "select month from marts.mart_pvi__rate where incidents = 0 and level = 'system'"
    assert ask(settings, spoken) == []
