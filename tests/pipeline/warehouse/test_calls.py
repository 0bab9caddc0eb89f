"""Calls for service that may not pass; those that do are compared with the simulator's books in test_marts_truth."""

from __future__ import annotations

from pathlib import Path

from ingest.api import drain, fetch, outcomes
from ingest.inspect import quarantined
from support.world import drop, settings_in, write_feed

FEED = """
description: calls of a test agency
publisher: tests
verified: written for tests
connector: {kind: bucket, path: us_test/calls, pattern: "*.csv", settle_seconds: 0}
reader: {kind: delimited}
delivery: {mode: full}
tolerances: [{limit: max_quarantine_ratio, value: 0.9, until: 2099-12-31, reason: the files of tests are full of faults}]
layouts:
  - name: "1"
    records:
      - kind: call_for_service
        key: {columns: [call_no]}
        map:
          call_id: call_no
          received_at: {from: at, parse: "%Y-%m-%d %H:%M"}
          call_type: about
          is_officer_initiated: {from: self, values: {"Y": true, "N": false}}
          latitude: lat
          longitude: lon
        not_supplied: [incident_id, disposition, area_id, precinct_id, beat_id, location_text]
"""
GOOD = "c1,2025-01-02 10:00,Drugs,N,40.1,-83.0"
#: Rows that wait, and the rules that say so.
WRONG = {
    ",2025-01-02 10:00,Drugs,N,40.1,-83.0": {"expect_column_values_to_not_be_null:call_id", "key_missing"},
    "c3,,Drugs,N,40.1,-83.0": {"expect_column_values_to_not_be_null:received_at"},
    "c4,2025-02-30 10:00,Drugs,N,40.1,-83.0":
        {"unparsed:received_at", "expect_column_values_to_not_be_null:received_at"},
    "c5,2999-01-02 10:00,Drugs,N,40.1,-83.0": {"expect_column_values_to_be_between:received_at"},
    "c6,1899-01-02 10:00,Drugs,N,40.1,-83.0": {"expect_column_values_to_be_between:received_at"},
    "c7,2025-01-02 10:00,,N,40.1,-83.0": {"expect_column_values_to_not_be_null:call_type"},
    "c8,2025-01-02 10:00,Drugs,maybe,40.1,-83.0": {"unparsed:is_officer_initiated"},
    "c9,2025-01-02 10:00,Drugs,N,somewhere,-83.0": {"unparsed:latitude"},
}  # fmt: skip


def test_a_call_without_number_day_or_type_waits_and_an_empty_officer_flag_is_not_no(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    feed_id = write_feed(settings, "us_test/calls", FEED)
    not_said = "c2,2025-01-02 10:00,Drugs,,,"
    drop(settings, "calls.csv", "\n".join(["call_no,at,about,self,lat,lon", GOOD, not_said, *WRONG]) + "\n", feed_id)
    fetch(settings, feed_id)
    drain(settings, feed_id)
    (outcome,) = outcomes(settings, feed_id)
    assert (outcome.state, outcome.accepted) == ("applied", 2)
    waiting = {row.row_number: set(row.rules) for row in quarantined(settings, outcome.delivery_id)}
    assert waiting == dict(enumerate(WRONG.values(), start=3))
