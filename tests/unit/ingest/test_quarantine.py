"""Quarantined records: what settles them, and that a release lets in exactly those that pass now, once."""

from __future__ import annotations

import random
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, seed
from hypothesis import settings as given_settings
from hypothesis import strategies as st

from ingest import tables as t
from ingest.api import active_change_sets, current_records, drain, fetch, outcomes, withdraw
from ingest.errors import WrongState
from ingest.ledger import engine
from ingest.quarantine import records, summaries
from ingest.releasing import reject_records, release_records
from settings import Settings
from support.world import ARREST, at, drop, rows, settings_in, write_feed

FEED = "us_test/arrest"
#: Days like 01.12.2024 are not understood at first; the correction understands them.
LAX = ARREST.replace(
    "value: 0.5,",
    "value: 0, until: 2099-12-31, reason: the files of tests are small}, {limit: max_quarantine_ratio, value: 1,",
)
CORRECTED = LAX.replace('"%m/%d/%Y"]', '"%m/%d/%Y", "%d.%m.%Y"]')
APPEND = LAX.replace("mode: full", "mode: append")
START = at("2025-01-01")


def take(settings: Settings, number: int, data: str) -> str:
    """Take in a file known on the given day; its delivery id."""
    path = drop(settings, f"f{number:03d}.csv", data)
    landed = fetch(settings, FEED, [path], START + timedelta(days=number)).delivery_ids
    drain(settings, FEED)
    return landed[0]


def decisions(settings: Settings) -> list[Any]:
    with engine(settings).connect() as connection:
        return list(connection.execute(sa.select(t.decision)).all())


def places(settings: Settings, delivery: str, *, open_only: bool = True) -> list[tuple[int, str | None]]:
    return [(r.row_number, r.closed_by) for r in records(settings, delivery) if not open_only or r.closed_by is None]


def test_a_release_lets_in_what_passes_now_and_keeps_who_and_why(settings: Settings) -> None:
    write_feed(settings, text=LAX)
    one = take(settings, 1, rows("A1,2024-12-01,30", "A2,01.12.2024,40", "A3,soon,50"))
    assert places(settings, one) == [(2, None), (3, None)]
    with pytest.raises(WrongState, match="None of the quarantined records"):
        release_records(settings, one, "ada", "again")
    write_feed(settings, text=CORRECTED)
    done = release_records(settings, one, "ada", "the agency writes days with points")
    assert (done.released, done.left) == (1, 1)
    assert [
        r["arrest_id"] for r in sorted(current_records(settings, FEED, "arrest"), key=lambda r: r["arrest_id"])
    ] == [
        "A1",
        "A2",
    ]
    assert places(settings, one) == [(3, None)]
    assert [(d.kind, d.subject, d.who, d.why) for d in decisions(settings)] == [
        ("release_records", one, "ada", "the agency writes days with points")
    ]
    sets = [(s.load_seq, s.generation) for s in active_change_sets(settings)]
    with pytest.raises(WrongState, match="None of the quarantined"):
        release_records(settings, one, "ada", "twice")
    assert [(s.load_seq, s.generation) for s in active_change_sets(settings)] == sets


def test_a_correction_that_touches_accepted_records_is_no_release(settings: Settings) -> None:
    write_feed(settings, text=LAX)
    one = take(settings, 1, rows("A1,2024-12-01,30,,,North", "A2,01.12.2024,40,,,South"))
    write_feed(settings, text=CORRECTED.replace("area_id: area", "area_id: null").replace("[note]", "[note, area]"))
    with pytest.raises(WrongState, match="nnsc replay us_test/arrest"):
        release_records(settings, one, "ada", "why not")
    assert [r["area_id"] for r in current_records(settings, FEED, "arrest")] == ["North"]


@pytest.mark.parametrize(
    ("feed", "second"), [(LAX, ["A1,2024-12-01,30", "A2,2024-12-01,40"]), (APPEND, ["A2,2024-12-01,40"])]
)
def test_a_corrected_redelivery_settles_them(settings: Settings, feed: str, second: list[str]) -> None:
    write_feed(settings, text=feed)
    one = take(settings, 1, rows("A1,2024-12-01,30", "A2,01.12.2024,40"))
    two = take(settings, 2, rows(*second))
    assert places(settings, one, open_only=False) == [(2, two)]
    assert [(s.open, s.closed) for s in summaries(settings)] == [(0, 1)]
    withdraw(settings, two, "ada", "it was a mistake")
    assert places(settings, one) == [(2, None)]


def test_an_appended_file_without_the_record_settles_nothing(settings: Settings) -> None:
    write_feed(settings, text=APPEND)
    one = take(settings, 1, rows("A1,2024-12-01,30", "A2,01.12.2024,40"))
    take(settings, 2, rows("A3,2024-12-01,30", "A2,99.99.2024,40"))
    assert places(settings, one) == [(2, None)]


def test_rejected_records_are_settled_by_a_decision(settings: Settings) -> None:
    write_feed(settings, text=LAX)
    one = take(settings, 1, rows("A1,2024-12-01,30", "A2,01.12.2024,40"))
    assert reject_records(settings, one, "ada", "the agency says that it never happened") == 1
    assert places(settings, one, open_only=False) == [(2, "rejected")]
    with pytest.raises(WrongState, match="nothing was decided"):
        reject_records(settings, one, "ada", "again")


DAYS = st.sampled_from(["2024-12-01", "12/02/2024", "03.12.2024", "04.12.2024", "soon", ""])
ROW = st.tuples(st.integers(1, 6), DAYS, st.integers(20, 23))
FILES = st.lists(st.lists(ROW, min_size=1, max_size=7), min_size=1, max_size=4)


def history(settings: Settings, days: int) -> list[list[dict[str, Any]]]:
    """What was known on each day, without the installation's own pseudonyms."""
    found = []
    for number in range(days):
        known = current_records(settings, FEED, "arrest", START + timedelta(days=number + 1))
        plain = [{k: v for k, v in record.items() if k != "record_key"} for record in known]
        found.append(sorted(plain, key=str))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("feed", ["full", "append"])
@seed(4)
@given_settings(max_examples=5, deadline=None)  # each takes in up to eight files and releases them twice
@given(files=FILES, order=st.randoms(use_true_random=False))
def test_released_is_as_if_the_feed_file_had_been_right_from_the_start(
    feed: str, files: list[list[tuple[int, str, int]]], order: random.Random
) -> None:
    wrong = LAX if feed == "full" else APPEND
    right = wrong.replace('"%m/%d/%Y"]', '"%m/%d/%Y", "%d.%m.%Y"]')
    data = [rows(*(f"A{number},{day},{age}" for number, day, age in file)) for file in files]
    with tempfile.TemporaryDirectory() as folder:
        corrected, ideal = (settings_in(Path(folder) / name) for name in ("corrected", "ideal"))
        write_feed(ideal, text=right)
        write_feed(corrected, text=wrong)
        for number, text in enumerate(data):
            take(ideal, number, text)
            take(corrected, number, text)
        write_feed(corrected, text=right)
        ids = [o.delivery_id for o in outcomes(corrected)] * 2
        order.shuffle(ids)
        refused = []
        for delivery in ids:
            try:
                release_records(corrected, delivery, "ada", "corrected")
            except WrongState as error:
                if error.code == "not_only_quarantine":
                    refused.append(delivery)
        if not refused:
            assert history(corrected, len(files)) == history(ideal, len(files))
            counts = [[s.counts for s in active_change_sets(i)] for i in (corrected, ideal)]
            assert counts[0] == counts[1]
