"""The page of data quality from its marts."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb

from reports.quality import FEEDS, MAPPING, RULES, pages
from reports.source import Source
from reports.wording import words

MADE = f"""
create schema marts; create schema reference;
create table reference.jurisdiction as select 'us_x' as jurisdiction_id, 'Rivermouth (simulated)' as jurisdiction_name;
create table {FEEDS} as select 'us_x' as jurisdiction_id, 'us_x/arrest' as feed_id, null::timestamp as last_known_at,
    0 as batches, 0 as records_current, 0 as records_pending, 1 as warn_after_hours, 2 as error_after_hours;
create table {MAPPING} (jurisdiction_id varchar, feed_id varchar, terminology_id varchar, records bigint,
    records_unmapped bigint, source_values_unmapped bigint, share_mapped double);
create table {RULES} (jurisdiction_id varchar, feed_id varchar, rule varchar, known_at timestamp, batch_id varchar,
    is_passed boolean);
"""


def test_the_page_of_a_place_bears_the_name_of_the_place() -> None:
    tables = frozenset({FEEDS, MAPPING, RULES, "reference.jurisdiction"})
    with duckdb.connect() as db:
        db.execute(MADE)
        source = Source(7, datetime(2026, 3, 12, tzinfo=UTC), "T2", None, True, db, tables)
        (page,), (everywhere,) = (pages(source, words("en"), {}, site) for site in ("us_x", None))
    assert (page.name, page.title) == ("data-quality-us_x", "Data quality: Rivermouth (simulated)")
    assert everywhere.title == "Data quality"
