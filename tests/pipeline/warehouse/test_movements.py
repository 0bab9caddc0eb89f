"""Movements that may not pass; what the others add up to is compared in test_custody_truth."""

from __future__ import annotations

from pathlib import Path

from ingest.api import drain, fetch, outcomes
from ingest.inspect import quarantined
from support.world import drop, settings_in, write_feed

FEED = """
description: movements of a test agency
publisher: tests
verified: written for tests
connector: {kind: bucket, path: us_test/moves, pattern: "*.csv", settle_seconds: 0}
reader: {kind: delimited}
delivery: {mode: full}
tolerances: [{limit: max_quarantine_ratio, value: 0.9, until: 2099-12-31, reason: the files of tests are full of faults}]
layouts:
  - name: "1"
    records:
      - kind: prison_movement
        key: {columns: [move_no]}
        map:
          movement_id: move_no
          booking_id: booking
          moved_at: {from: at, parse: "%Y-%m-%d %H:%M"}
          to_facility_id: fac
          movement_reason: why
        not_supplied: [from_facility_id, from_unit_id, from_cell_id, to_unit_id, to_cell_id, bunk_id, "inmate_*"]
"""
#: Rows that wait, and the rules that say so.
WRONG = {
    ",b1,2025-01-02 10:00,F,RHU": {"expect_column_values_to_not_be_null:movement_id", "key_missing"},
    "m3,,2025-01-02 10:00,F,RHU": {"expect_column_values_to_not_be_null:booking_id"},
    "m4,b1,,F,RHU": {"expect_column_values_to_not_be_null:moved_at"},
    "m5,b1,2025-02-30 10:00,F,RHU": {"unparsed:moved_at", "expect_column_values_to_not_be_null:moved_at"},
    "m6,b1,2999-01-02 10:00,F,RHU": {"expect_column_values_to_be_between:moved_at"},
    "m7,b1,1899-01-02 10:00,F,RHU": {"expect_column_values_to_be_between:moved_at"},
}


def test_a_movement_without_number_booking_or_day_waits_and_one_without_a_reason_does_not(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    feed_id = write_feed(settings, "us_test/moves", FEED)
    good = ["m1,b1,2025-01-02 10:00,F,RHU", "m2,b1,2025-01-02 11:00,,"]
    drop(settings, "moves.csv", "\n".join(["move_no,booking,at,fac,why", *good, *WRONG]) + "\n", feed_id)
    fetch(settings, feed_id)
    drain(settings, feed_id)
    (outcome,) = outcomes(settings, feed_id)
    assert (outcome.state, outcome.accepted) == ("applied", 2)
    waiting = {row.row_number: set(row.rules) for row in quarantined(settings, outcome.delivery_id)}
    assert waiting == dict(enumerate(WRONG.values(), start=3))
