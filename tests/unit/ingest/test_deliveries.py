"""Holding, refusing, releasing, withdrawing, lateness and modes, as a data engineer meets them."""

from __future__ import annotations

from datetime import datetime

import pytest

from connectors.errors import IngestError
from governance.errors import WrongDecision
from ingest.api import (
    active_change_sets,
    current_records,
    drain,
    fetch,
    held,
    outcomes,
    quarantined,
    reject,
    release,
    withdraw,
)
from ingest.errors import WrongState
from settings import Settings
from support.world import ARREST, at, drop, rows, write_feed

FEED = "us_test/arrest"


def take(settings: Settings, name: str, data: str | bytes, known: str) -> str:
    """Drop a file, take it in as known at an instant, and say what became of it."""
    fetch(settings, FEED, [drop(settings, name, data)], at(known))
    return drain(settings, FEED).deliveries[-1].state


def ids(settings: Settings, known: datetime | None = None) -> set[str]:
    return {r["arrest_id"] for r in current_records(settings, FEED, "arrest", known)}


FIRST = rows(*(f"A{i},2024-12-01,30" for i in range(10)))


@pytest.fixture
def feed(settings: Settings) -> Settings:
    write_feed(settings)
    return settings


@pytest.mark.parametrize(
    ("data", "state", "reason"),
    [
        (b"", "refused", "empty_file"),
        (b"\xff\xfe\x00binary\x00", "refused", "unreadable"),
        (b"\x1f\x8b\x08broken", "refused", "unreadable"),
        ("arrest_no,day,age,born,sid,area,note\n", "held", "row_floor"),
        ("arrest_no,day,age,born,sid,area,shoe_size\nA1,2024-12-01,30,,,,\n", "held", "unknown_headings"),
        ("arrest_no,day,age,born,sid\nA1,2024-12-01,30,,\n", "held", "missing_headings"),
        ("arrest_no,day,age,born,sid,area,area\nA1,2024-12-01,30,,,,\n", "held", "unknown_headings"),
        (rows("A1,2024-12-01,30"), "held", "row_floor"),
        (rows(*(f"A{i},2024-12-01,{300 if i < 10 else 30}" for i in range(30))), "held", "quarantine_limit"),
    ],
)  # fmt: skip
def test_what_cannot_be_applied_changes_nothing(feed: Settings, data: str | bytes, state: str, reason: str) -> None:
    assert take(feed, "first.csv", FIRST, "2025-01-01") == "applied"
    before = current_records(feed, FEED, "arrest")
    assert take(feed, "second.csv", data, "2025-01-02") == state
    last = outcomes(feed)[-1]
    assert (last.reason, last.state) == (reason, state)
    assert last.message
    assert current_records(feed, FEED, "arrest") == before
    assert len(active_change_sets(feed)) == 1
    # Later deliveries are not blocked, and the one that was held is not their predecessor.
    assert take(feed, "third.csv", rows(*(f"A{i},2024-12-01,31" for i in range(9))), "2025-01-03") == "applied"


def test_a_hold_says_what_to_write_and_where(feed: Settings) -> None:
    take(feed, "x.csv", "arrest_no,day,age,born,sid,area,shoe_size\nA1,2024-12-01,30,,,,9\n", "2025-01-01")
    message = held(feed)[0].message
    assert "ignore: {'new, and not needed yet': [shoe_size]}" in message
    assert "jurisdictions/us_test/arrest.yml" in message


def test_a_released_batch_takes_its_place_in_time(feed: Settings) -> None:
    take(feed, "first.csv", FIRST, "2025-01-01")
    take(feed, "small.csv", rows("A1,2024-12-01,30"), "2025-01-02")
    take(feed, "third.csv", FIRST, "2025-01-03")
    release(feed, held(feed)[0].delivery_id, "steward", "the agency closed nine cases")
    assert drain(feed, FEED).deliveries[0].state == "applied"
    assert ids(feed, at("2025-01-02")) == {"A1"}
    assert ids(feed) == {f"A{i}" for i in range(10)}
    assert [s.counts["arrest"]["delete"] for s in sorted(active_change_sets(feed), key=lambda s: s.known_at)] == [
        0,
        9,
        0,
    ]


def test_a_rejected_batch_is_never_applied_and_cannot_be_released(feed: Settings) -> None:
    take(feed, "x.csv", "wrong\n1\n", "2025-01-01")
    delivery = held(feed)[0].delivery_id
    reject(feed, delivery, "steward", "not theirs")
    assert held(feed) == []
    with pytest.raises(WrongState, match="is rejected, not held"):
        release(feed, delivery, "steward", "changed my mind")


def test_a_decision_needs_a_reason(feed: Settings) -> None:
    take(feed, "x.csv", "wrong\n1\n", "2025-01-01")
    with pytest.raises(WrongDecision, match="who decided and why"):
        release(feed, held(feed)[0].delivery_id, "steward", " ")
    assert len(held(feed)) == 1


def test_a_withdrawn_delivery_is_as_if_it_had_never_arrived(feed: Settings) -> None:
    take(feed, "first.csv", FIRST, "2025-01-01")
    take(feed, "wrong.csv", rows(*(f"A{i},2024-12-01,99" for i in range(9))), "2025-01-02")
    take(feed, "third.csv", rows(*(f"A{i},2024-12-01,30" for i in range(9))), "2025-01-03")
    wrong = outcomes(feed)[1].delivery_id
    withdraw(feed, wrong, "clerk", "the wrong export")
    assert ids(feed, at("2025-01-02")) == {f"A{i}" for i in range(10)}
    assert [s.counts["arrest"]["update"] for s in active_change_sets(feed)] == [0, 0]
    assert outcomes(feed)[1].state == "withdrawn"
    with pytest.raises(WrongState):
        withdraw(feed, wrong, "clerk", "again")


def test_a_late_delivery_never_overwrites_newer_state(feed: Settings) -> None:
    take(feed, "b.csv", rows(*(f"A{i},2024-12-01,31" for i in range(10))), "2025-01-02")
    take(feed, "a.csv", FIRST, "2025-01-01")
    now, then = (current_records(feed, FEED, "arrest", at(d)) for d in ("2025-01-02", "2025-01-01"))
    assert {r["arrestee_age"] for r in now} == {31}
    assert {r["arrestee_age"] for r in then} == {30}
    sets = active_change_sets(feed)
    assert {s.generation for s in sets} == {2}


def test_bad_records_are_named_with_every_reason(feed: Settings) -> None:
    data = FIRST + "A90,2024-02-30,200,1890-05-05,S,,\n,2024-12-01,30,,,,\nA91,2024-12-01\n"
    assert take(feed, "x.csv", data, "2025-01-01") == "applied"
    found = {(r.record_kind, r.row_number): set(r.rules) for r in quarantined(feed, outcomes(feed)[0].delivery_id)}
    assert found == {
        ("arrest", 11): {
            "unparsed:arrested_on", "expect_column_values_to_not_be_null:arrested_on",
            "expect_column_values_to_be_between:arrestee_age", "expect_column_values_to_be_between:arrestee_birth_date",
        },
        ("arrest", 12): {"key_missing", "expect_column_values_to_not_be_null:arrest_id"},
        ("*", 13): {"row_shape"},
    }  # fmt: skip


def test_repeated_numbers_that_agree_are_one_record_and_others_are_quarantined(feed: Settings) -> None:
    data = FIRST + "A1,2024-12-01,30,,,,a note that is ignored\nA2,2024-12-01,31,,,,\n"
    take(feed, "x.csv", data, "2025-01-01")
    rules = [(r.row_number, r.rules) for r in quarantined(feed, outcomes(feed)[0].delivery_id)]
    assert rules == [(3, ("duplicate_key",)), (12, ("duplicate_key",))]
    assert ids(feed) == {f"A{i}" for i in range(10)} - {"A2"}


@pytest.mark.parametrize(
    ("mode", "left"),
    [
        ("mode: full", {"B1"}),
        ("mode: append", {"A0", "A1", "A2", "B1"}),
        ("mode: window, window_column: arrested_on", {"A0", "A2", "B1"}),
    ],
)
def test_what_a_delivery_says_of_absent_records(settings: Settings, mode: str, left: set[str]) -> None:
    write_feed(settings, text=ARREST.replace("mode: full", mode).replace("value: 0.5", "value: 0"))
    take(settings, "a.csv", rows("A0,2024-12-01,30", "A1,2024-12-05,30", "A2,2024-12-09,30"), "2025-01-01")
    data = rows("B1,2024-12-05,30") if "window" in mode else rows("B1,2024-12-04,30")
    take(settings, "b.csv", data, "2025-01-02")
    assert ids(settings) == left


def test_a_quarantined_date_does_not_widen_the_window(settings: Settings) -> None:
    write_feed(settings, text=ARREST.replace("mode: full", "mode: window, window_column: arrested_on"))
    take(settings, "a.csv", rows("A0,2024-12-01,30", "A1,2024-12-05,30", "A2,2024-12-09,30"), "2025-01-01")
    take(settings, "b.csv", rows("B1,2024-12-05,30", "B2,1925-12-01,30", "B3,2034-12-01,30"), "2025-01-02")
    assert ids(settings) == {"A0", "A2", "B1"}


def test_names_and_dates_of_files(settings: Settings) -> None:
    pattern = 'known_at: {from_file_name: "_(\\\\d{8})", format: "%Y%m%d"}'
    write_feed(settings, text=ARREST.replace("mode: full}", f"mode: full, {pattern}}}"))
    drop(settings, "arrests_20250310.csv", FIRST)
    drop(settings, "arrests_march.csv", FIRST)
    fetch(settings, FEED)
    states = {o.file_name: (o.state, o.reason) for o in drain(settings, FEED).deliveries}
    assert states == {"arrests_20250310.csv": ("applied", None), "arrests_march.csv": ("held", "file_name")}
    # The end of 10 March in New York, two days after clocks went forward.
    assert active_change_sets(settings)[0].known_at == at("2025-03-11T04:00")


def test_nothing_is_taken_twice_and_a_changed_file_is_a_new_delivery(feed: Settings) -> None:
    drop(feed, "a.csv", FIRST)
    assert len(fetch(feed, FEED).delivery_ids) == 1
    assert fetch(feed, FEED).delivery_ids == []
    drop(feed, "a.csv", FIRST + "A77,2024-12-01,30,,,,\n")
    assert len(fetch(feed, FEED).delivery_ids) == 1
    assert [o.inserted for o in drain(feed, FEED).deliveries] == [10, 1]


def test_a_missing_file_is_said_plainly(feed: Settings) -> None:
    with pytest.raises(IngestError, match="does not exist"):
        fetch(feed, FEED, [feed.home / "nowhere.csv"])


WIDER = ARREST.replace("value: 0.5", "value: 0").replace(
    '  - name: "1"\n', '  - name: "1"\n    when: {lacks_columns: [year]}\n'
)
SECOND = (
    WIDER[WIDER.index('  - name: "1"') :]
    .replace('name: "1"', 'name: "2"')
    .replace("lacks_columns: [year]", "has_columns: [year]")
)


def test_a_changed_key_is_held_until_the_layout_says_what_it_was(settings: Settings) -> None:
    """An agency starts to number its arrests anew each year: the key becomes (number, year)."""
    keyed = SECOND.replace("{columns: [arrest_no]}", "{columns: [arrest_no, year]}")
    write_feed(settings, text=WIDER + keyed)
    take(settings, "old.csv", rows("A1,2024-12-01,30", "A2,2024-12-01,40"), "2025-01-01")
    before = {r["arrest_id"]: r["record_key"] for r in current_records(settings, FEED, "arrest")}
    new = "arrest_no,year,day,age,born,sid,area,note\nA1,2024,2024-12-01,30,,,,\nA1,2025,2025-01-02,22,,,,\nA2,2024,2024-12-01,41,,,,\n"
    assert take(settings, "new.csv", new, "2025-02-01") == "held"
    assert held(settings)[0].reason == "key_changed"
    assert "was: [...]" in held(settings)[0].message
    write_feed(settings, text=WIDER + keyed.replace("[arrest_no, year]", "[arrest_no, year], was: [arrest_no]"))
    release(settings, held(settings)[0].delivery_id, "engineer", "the layout says now what the key was")
    assert drain(settings, FEED).deliveries[0].state == "applied"
    after = {(r["arrest_id"], r["arrestee_age"]): r["record_key"] for r in current_records(settings, FEED, "arrest")}
    assert (after["A1", 30], after["A2", 41]) == (before["A1"], before["A2"])
    counts = active_change_sets(settings)[-1].counts["arrest"]
    assert (counts["insert"], counts["update"], counts["delete"], counts["unchanged"]) == (1, 1, 0, 1)
    assert take(settings, "again.csv", new + "A3,2025,2025-01-05,20,,,,\n", "2025-03-01") == "applied"
    counts = active_change_sets(settings)[-1].counts["arrest"]
    assert (counts["insert"], counts["update"], counts["delete"], counts["unchanged"]) == (1, 0, 0, 3)
