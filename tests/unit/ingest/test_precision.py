"""Dates that are known in part, or cannot be, are kept as what they are."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ingest.api import active_change_sets, current_records, drain, fetch, quarantined
from ingest.precision import precision_of
from support.world import ARREST, drop, rows, settings_in, write_feed

PARTIAL = ARREST.replace(
    '{from: born, parse: "%Y-%m-%d"}',
    '{from: born, parse: ["%Y-%m-%d", "%Y-%m-00", "%Y-%m", "%Y-00-00", "%Y"], impossible: keep}',
)


@pytest.mark.parametrize(
    ("form", "precision"),
    [
        ("%Y-%m-%d %H:%M:%S", "second"), ("%m/%d/%Y %I:%M %p", "minute"), ("%d/%m/%Y", "day"), ("%Y%j", "day"),
        ("00/%m/%Y", "month"), ("%b %Y", "month"), ("%Y", "year"), ("%%d %Y", "year"), ("epoch_ms", "second"),
    ],
)  # fmt: skip
def test_the_format_tells_the_precision(form: str, precision: str) -> None:
    assert precision_of(form) == precision


def test_unknown_partial_and_impossible_dates_are_kept_with_their_precision(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    feed = write_feed(settings, text=PARTIAL)
    born = {
        "a": "1990-05-17",
        "b": "1990-05",
        "c": "1990-05-00",
        "d": "1990",
        "e": "1990-02-31",
        "f": "",
        "g": "about 1990",
        "h": "infinity",
        "i": "-Infinity",
        "j": "EPOCH",
    }
    drop(settings, "1.csv", rows(*(f"{key},2024-01-02,,{text}" for key, text in born.items())))
    fetch(settings, feed)
    assert [o.quarantined for o in drain(settings, feed).deliveries] == [0]
    found = {
        r["arrest_id"]: (r["arrestee_birth_date"], r["arrestee_birth_date_precision"])
        for r in current_records(settings, feed, "arrest")
    }
    assert found == {
        "a": (date(1990, 5, 17), "day"),
        "b": (date(1990, 5, 1), "month"),
        "c": (date(1990, 5, 1), "month"),
        "d": (date(1990, 1, 1), "year"),
        "e": (None, "impossible"),
        "f": (None, "unknown"),
        "g": (None, "impossible"),
        "h": (None, "impossible"),
        "i": (None, "impossible"),
        "j": (None, "impossible"),
    }
    days = {r["arrested_on_precision"] for r in current_records(settings, feed, "arrest")}
    assert days == {"day"}
    assert {r["arrested_at_precision"] for r in current_records(settings, feed, "arrest")} == {None}


def test_a_date_that_becomes_exact_is_a_correction_and_another_format_is_none(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    feed = write_feed(settings, text=PARTIAL)
    drop(settings, "1.csv", rows("a,2024-01-02,,1990", "b,2024-01-02,,1990-05-17", "c,2024-01-02,,1990-01-01"))
    drop(settings, "2.csv", rows("a,2024-01-02,,1990-01-01", "b,01/02/2024,,1990-05-17", "c,2024-01-02,,1990-01-01"))
    fetch(settings, feed)
    changed = [o.updated for o in drain(settings, feed).deliveries]
    assert changed == [0, 1]


def test_an_impossible_date_waits_in_quarantine_unless_the_feed_says_otherwise(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    feed = write_feed(settings)
    drop(settings, "1.csv", rows("a,2024-01-02,,1990-02-31", "b,2024-01-02"))
    fetch(settings, feed)
    drain(settings, feed)
    (change_set,) = active_change_sets(settings)
    (waiting,) = quarantined(settings, change_set.batch_id)
    assert waiting.row["born"] == "1990-02-31"
