"""What is written as Parquet is found again by value: DuckDB 1.5.5 loses BLOBs behind its own Bloom filters."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from ingest.api import drain, fetch, quarantined
from ingest.sqltext import PARQUET
from settings import Settings
from support.world import drop, rows, write_feed


@pytest.mark.parametrize("distinct", [1, 3, 400, 30_000])
@pytest.mark.parametrize("count", [1, 13, 1_000, 30_000])
def test_every_value_is_found_by_equality(tmp_path: Path, count: int, distinct: int) -> None:
    file = tmp_path / "file.parquet"
    with duckdb.connect() as connection:
        made = f"select i, unhex(md5((i % {distinct})::varchar)) as hash from range({count}) t(i)"
        connection.execute(f"copy ({made}) to '{file}' ({PARQUET})")
        found = connection.execute(
            f"select count(*) from '{file}' where hash = (select hash from '{file}' where i = 0)"
        )
        assert found.fetchall() == [(len(range(0, count, distinct)),)]


def test_one_number_on_every_row_is_a_contradiction_however_often_it_stands_there(settings: Settings) -> None:
    feed = write_feed(settings)
    drop(settings, "file.csv", rows(*(f"a1,2024-01-01,{20 + n}" for n in range(12))))
    fetch(settings, feed)
    (outcome,) = drain(settings, feed).deliveries
    assert (outcome.accepted, outcome.quarantined) == (0, 12)
    assert {rule for row in quarantined(settings, outcome.delivery_id) for rule in row.rules} == {"duplicate_key"}
