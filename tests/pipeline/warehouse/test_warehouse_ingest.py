"""From files in a bucket to the publication: what is known now, and what was known then, is what the files said."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from ingest.api import drain, fetch
from ingest.results import results
from settings import Settings
from support.world import at, drop, rows, settings_in, write_feed
from warehouse import api

FIRST = rows("1,2024-01-05,30,,,North", "2,2024-01-06,,,,South", "3,2024-02-01,41,,,North")
MIDDLE = rows("1,2024-01-05,31,,,North", "2,2024-01-06,,,,South", "3,2024-02-01,41,,,North", "4,2024-02-20,22,,,East")
LAST = rows("1,2024-01-05,31,,,North", "3,2024-02-01,999,,,North", "4,2024-02-20,22,,,East")


@pytest.fixture
def settings(tmp_path: Any) -> Settings:
    made = settings_in(tmp_path)
    write_feed(made)
    return made


def deliver(settings: Settings, name: str, text: str, known_at: str) -> None:
    file = drop(settings, name, text)
    fetch(settings, "us_test/arrest", files=[file], known_at=at(known_at))
    assert [outcome.state for outcome in drain(settings, "us_test/arrest").deliveries] == ["applied"]


def as_known(settings: Settings, instant: str | None) -> list[tuple[Any, ...]]:
    """Date, age and area of the arrests that were known at an instant, or are known now."""
    when = f"known_from <= '{instant}' and (known_to is null or '{instant}' < known_to)" if instant else "true"
    table = "core.fct_arrest_history" if instant else "core.fct_arrest"
    sql = f"select arrested_on, arrestee_age, area_id from {table} where {when} order by all"
    return [(day.isoformat(), age, area) for day, age, area in api.query(settings, sql).rows]


def told(text: str) -> list[tuple[Any, ...]]:
    """The same out of the file itself."""
    cells = [line.split(",") for line in text.splitlines()[1:]]
    return sorted((day, int(age) if age else None, area) for _, day, age, _, _, area, _ in cells)


@pytest.mark.slow
@pytest.mark.usefixtures("without_data_tests")
def test_what_was_known_at_each_delivery_is_what_its_file_said(settings: Settings) -> None:
    deliver(settings, "a.csv", FIRST, "2024-03-01")
    api.build(settings)
    assert sorted(as_known(settings, None), key=str) == sorted(told(FIRST), key=str)
    deliver(settings, "c.csv", LAST, "2024-03-03")
    api.build(settings)
    deliver(settings, "b.csv", MIDDLE, "2024-03-02")  # late: takes its place in history
    assert api.pending(settings) > 0
    built = api.build(settings)
    assert built.loaded.removed == 1  # the change set of the last delivery was derived anew
    assert sorted(as_known(settings, "2024-03-01 12:00"), key=str) == sorted(told(FIRST), key=str)
    assert sorted(as_known(settings, "2024-03-02 12:00"), key=str) == sorted(told(MIDDLE), key=str)
    # number 3 came with an impossible age: the last accepted version stands and is marked
    expected = [("2024-01-05", 31, "North"), ("2024-02-01", 41, "North"), ("2024-02-20", 22, "East")]
    assert as_known(settings, None) == expected
    pending = "select arrested_on from core.fct_arrest where is_pending_correction"
    assert api.query(settings, pending).rows == [(datetime(2024, 2, 1).date(),)]
    assert api.is_settled(settings)
    history = "select batch_id, record_kind, rule, severity, is_passed, coalesce(records_failed, measured), records"
    shown = api.query(settings, f"{history} from marts.mart_ops__rule_results order by all").rows
    kept = [
        (r.delivery_id, r.record_kind, r.rule, r.severity, r.success, r.observed, r.records) for r in results(settings)
    ]
    assert shown == sorted(kept)
    broken = "select known_at, rule, records_failed from marts.mart_ops__rule_results where not is_passed and severity = 'must'"
    assert api.query(settings, broken).rows == [
        (datetime(2024, 3, 3), "expect_column_values_to_be_between:arrestee_age", 1)
    ]
