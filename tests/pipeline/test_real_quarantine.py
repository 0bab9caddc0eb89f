"""Every quarantined record of the real published files, by row and rule, against a list that was looked through by hand.

The list (``tests/golden/real_quarantine.csv``) names rows and rules, never a value. A change of a reader, a layout or a
rule that puts other records aside shows here. To write it anew: ``NNSC_WRITE_GOLDEN=1 pytest`` with this file.
"""

from __future__ import annotations

import csv
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from feeds.catalogue import load_feed
from ingest.landing import known_at_from_name
from ingest.parse import Request, parse
from settings import Settings, load_settings
from support.world import PROJECT

pytestmark = pytest.mark.slow

GOLDEN = PROJECT / "tests" / "golden" / "real_quarantine.csv"
FIELDS = ("feed", "file", "kind", "row", "record", "rules")
#: Feed, file, the day whose end the file speaks for (where its name does not say it).
FILES = [
    ("us_ny_nyc/shooting_historic", "nypd-shooting/nypd_shooting_historic_2020-02.csv", "2020-02-15"),
    ("us_ny_nyc/shooting_historic", "nypd-shooting/nypd_shooting_historic_2021-05.csv", "2021-05-15"),
    ("us_ny_nyc/shooting_historic", "nypd-shooting/nypd_shooting_historic_2022-04.csv", "2022-04-15"),
    ("us_ma_boston/shooting", "boston-shootings/Shootings_2021-12.csv", "2021-12-31"),
    ("us_ma_boston/shooting", "boston-shootings/Shootings_2023-03.csv", "2023-03-31"),
    ("us_ma_boston/shooting", "boston-shootings/shootings_2025-03.csv", "2025-03-31"),
    ("us_pa_philadelphia/shooting", "philly-shootings/shootings_2021-07-23.csv", "2021-07-23"),
    ("us_pa_philadelphia/shooting", "philly-shootings/shootings_2021-11-02.csv", "2021-11-02"),
    ("us_pa_philadelphia/shooting", "philly-shootings/shootings_2021-12-10.csv", "2021-12-10"),
    ("us_pa_philadelphia/shooting", "philly-shootings/shootings_2023-08-24.csv", "2023-08-24"),
    ("us_ny_nyc/arrest", "nypd-arrests/NYPD_Arrests_Data__DEC2017.csv", "2018-01-31"),
    ("us_ny_nyc/arrest", "nypd-arrests/NYPD_Arrest_Data__Year_to_Date__2022-02.csv", "2022-02-15"),
    ("us_ny_nyc/doc_fights", "nyc-doc-incidents/Inmate_Incidents_-_Inmate_Fights.csv", "2026-08-21"),
]
DAILY = ("us_ny_nyc/doc_custody", "nyc-doc-daily-inmates/DOC_Inmates_InCustody_Daily_*.csv")


def files(real: Path) -> list[tuple[str, Path, str | None]]:
    listed: list[tuple[str, Path, str | None]] = [(feed, real / name, day) for feed, name, day in FILES]
    return [*listed, *((DAILY[0], path, None) for path in sorted(real.glob(DAILY[1])))]


def quarantined(settings: Settings, feed_id: str, path: Path, day: str | None) -> list[tuple[str, ...]]:
    import duckdb

    feed = load_feed(settings, feed_id)
    if day is None:
        known_at = known_at_from_name(feed.spec, path.name, datetime(2027, 1, 1, tzinfo=UTC))
        assert known_at is not None
    else:
        zone = ZoneInfo("America/New_York")
        known_at = (datetime.fromisoformat(day) + timedelta(days=1)).replace(tzinfo=zone).astimezone(UTC)
    parsed = parse(settings, Request(feed, path, known_at, path.stem, path.name))
    rows = duckdb.execute(
        "select record_kind, row_number, record_no, rules from read_parquet(?) order by 2, 1, 3",
        [str(parsed.quarantine)],
    ).fetchall()
    return [(feed_id, path.name, kind, str(row), str(no), " ".join(sorted(rules))) for kind, row, no, rules in rows]


def test_the_real_files_put_exactly_these_records_aside(real: Path, tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path)
    found = [record for feed, path, day in files(real) for record in quarantined(settings, feed, path, day)]
    if os.environ.get("NNSC_WRITE_GOLDEN"):
        with GOLDEN.open("w", newline="", encoding="utf-8") as handle:
            csv.writer(handle, lineterminator="\n").writerows([FIELDS, *found])
    with GOLDEN.open(encoding="utf-8", newline="") as handle:
        expected = [tuple(row[name] for name in FIELDS) for row in csv.DictReader(handle)]
    assert found == expected
