"""A window feed infers deletes only between the first and last day that it truly speaks of."""

from __future__ import annotations

from ingest.api import current_records, drain, fetch
from settings import Settings
from support.world import ARREST, drop, rows, write_feed

WINDOW = ARREST.replace("mode: full", "mode: window, window_column: arrested_on")


def take(settings: Settings, name: str, *lines: str) -> set[str]:
    drop(settings, name, rows(*lines))
    fetch(settings, "us_test/arrest")
    drain(settings, "us_test/arrest")
    return {record["arrest_id"] for record in current_records(settings, "us_test/arrest", "arrest")}


def test_a_mistyped_year_does_not_widen_the_window(settings: Settings) -> None:
    write_feed(settings, text=WINDOW)
    assert take(settings, "1.csv", "A1,2025-01-05", "A2,2025-01-06", "A3,2025-02-01") == {"A1", "A2", "A3"}
    after = take(settings, "2.csv", "A4,1925-02-03", "A5,2025-02-01", "A6,2025-02-09")
    assert after == {"A1", "A2", "A5", "A6"}, "A3 lies in the window and is gone; January is not spoken of"


def test_a_quarantined_date_does_not_move_the_record_out_of_its_place(settings: Settings) -> None:
    write_feed(settings, text=WINDOW)
    take(settings, "1.csv", "A1,2025-01-05", "A2,2025-02-01")
    assert take(settings, "2.csv", "A1,1925-01-05", "A2,2025-02-01", "A3,2025-01-01") == {"A1", "A2", "A3"}
    assert take(settings, "3.csv", "A2,2025-02-01", "A3,2025-01-01") == {"A2", "A3"}
