"""What a careless agency, a careless engineer or an odd hour may bring; each case once lost, changed or showed data."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

from commands.ingest import moment
from feeds.catalogue import load_feed
from feeds.errors import SpecificationError
from ingest.api import current_records, drain, fetch, held, outcomes, quarantined, replay
from ingest.compile import compile_feed
from ingest.files import is_dead, process_name
from settings import Settings
from support.world import ARREST, HEADER, at, drop, rows, write_feed

FEED = "us_test/arrest"
WINDOW = ARREST.replace("mode: full", "mode: window, window_column: arrested_on")


def take(settings: Settings, name: str, data: str, known: str) -> tuple[str, str | None]:
    fetch(settings, FEED, [drop(settings, name, data)], at(known))
    last = drain(settings, FEED).deliveries[-1]
    return last.state, last.reason


def current(settings: Settings, column: str = "arrest_id") -> list[object]:
    found = current_records(settings, FEED, "arrest")
    return [record[column] for record in sorted(found, key=lambda record: record["arrest_id"])]


def test_a_feed_s_own_warning_does_not_replace_the_contract_s_rule(settings: Settings) -> None:
    warn = (
        "{type: expect_column_values_to_be_between, column: arrestee_age, max_value: 1000, severity: warn, reason: odd}"
    )
    write_feed(settings, text=f"{ARREST}expectations:\n  - {warn}\n")
    take(settings, "a.csv", rows("A1,2024-12-01,30", "A2,2024-12-01,130"), "2025-01-01")
    assert current(settings) == ["A1"]


def test_a_quarantined_date_widens_no_window(settings: Settings) -> None:
    write_feed(settings, text=WINDOW)
    take(settings, "a.csv", rows(*(f"A{n},2024-12-0{n},30" for n in range(1, 10))), "2025-01-01")
    take(settings, "b.csv", rows("A8,2024-12-08,30", "B1,1924-12-09,30"), "2025-01-02")
    assert current(settings) == [f"A{n}" for n in range(1, 10)]


def test_a_quarantined_row_does_not_move_the_record_out_of_its_window(settings: Settings) -> None:
    write_feed(settings, text=WINDOW)
    take(settings, "a.csv", rows("A1,2024-12-01,30", "A2,2024-12-02,30", "A3,2024-12-03,30"), "2025-01-01")
    take(settings, "b.csv", rows("A1,2024-12-01,30", "A2,1924-12-02,30", "A3,2024-12-03,30"), "2025-01-02")
    take(settings, "c.csv", rows("A1,2024-12-01,30", "A3,2024-12-03,30"), "2025-01-03")
    assert current(settings) == ["A1", "A3"]


def test_a_row_of_people_in_place_of_headings_is_not_quoted(settings: Settings) -> None:
    write_feed(settings)
    assert take(settings, "a.csv", "A1,2024-12-01,30,1990-01-01,Smithson,North,x\n", "2025-01-01")[0] == "held"
    assert "Smithson" not in held(settings)[0].message


@pytest.mark.parametrize("value", ["1e20", "1e400", "999999999999999"])
def test_a_number_beyond_reason_costs_one_record_and_not_the_feed(settings: Settings, value: str) -> None:
    text = (
        ARREST.replace("a remark of the clerk: [note]", "")
        .replace(" latitude,", "")
        .replace("area_id: area", "area_id: area\n          latitude: note")
    )
    write_feed(settings, text=text)
    data = HEADER + f"A1,2024-12-01,30,,,,{value}\nA2,2024-12-01,30,,,,40.5\n"
    assert take(settings, "a.csv", data, "2025-01-01")[0] == "applied"
    assert current(settings, "latitude") == [40.5]


@pytest.mark.parametrize(
    ("text", "found"), [("19,432608", 19.43261), ("1.019,5", 1019.5), ("19.432608", None), ("1,2,3", None)]
)
def test_a_point_is_no_decimal_comma(settings: Settings, text: str, found: float | None) -> None:
    mapped = 'area_id: area\n          latitude: {from: note, decimal: ","}'
    feed = (
        ARREST.replace("a remark of the clerk: [note]", "").replace(" latitude,", "").replace("area_id: area", mapped)
    )
    write_feed(settings, text=feed)
    take(settings, "a.csv", HEADER + f'A1,2024-12-01,30,,,,"{text}"\n', "2025-01-01")
    assert current(settings, "latitude") == ([found] if found else [])


@pytest.mark.parametrize("heading", ["row_number", "Record_No", "_group", "_key"])
def test_no_heading_is_taken_for_a_column_of_ours(settings: Settings, heading: str) -> None:
    write_feed(settings, text=ARREST.replace("note", "other").replace("area_id: area", f"area_id: {heading}"))
    data = HEADER.replace("area", heading).replace("note", "other") + "A1,2024-12-01,30,,,North,\n"
    take(settings, "a.csv", data, "2025-01-01")
    assert current(settings, "area_id") == ["North"]


def test_headings_that_differ_by_case_only_are_held(settings: Settings) -> None:
    write_feed(settings, text=ARREST.replace("[note]", "[note, AGE]"))
    data = HEADER.replace("note", "note,AGE") + "A1,2024-12-01,30,,,,,99\n"
    assert take(settings, "a.csv", data, "2025-01-01") == ("held", "unknown_headings")


def test_a_condition_on_a_heading_that_is_absent_holds_the_batch(settings: Settings) -> None:
    write_feed(settings, text=ARREST.replace("- kind: arrest", "- kind: arrest\n        where: status <> 'X'"))
    assert take(settings, "a.csv", rows("A1,2024-12-01,30"), "2025-01-01") == ("held", "missing_headings")
    assert "'status'" in held(settings)[0].message


def test_a_condition_on_what_is_never_loaded_is_an_error_of_the_feed_file(settings: Settings) -> None:
    text = ARREST.replace("ignore: {a remark of the clerk: [note]}", "never_load: [note]")
    write_feed(settings, text=text.replace("- kind: arrest", "- kind: arrest\n        where: note <> 'X'"))
    with pytest.raises(SpecificationError, match="note is never loaded"):
        compile_feed(load_feed(settings, FEED))


def test_an_unsupported_expectation_is_an_error_of_the_feed_file(settings: Settings) -> None:
    rule = "{type: expect_column_values_to_be_unique, column: arrestee_age, severity: warn, reason: odd}"
    write_feed(settings, text=f"{ARREST}expectations:\n  - {rule}\n")
    with pytest.raises(SpecificationError, match="is not supported"):
        take(settings, "a.csv", rows("A1,2024-12-01,30"), "2025-01-01")


def test_the_receipt_of_a_batch_held_for_its_quarantine_names_what_is_wrong(settings: Settings) -> None:
    write_feed(settings)
    data = rows(*(f"A{n},2024-12-01,{'abc' if n < 9 else 30}" for n in range(40)))
    assert take(settings, "a.csv", data, "2025-01-01") == ("held", "quarantine_limit")
    delivery = held(settings)[0].delivery_id
    receipt = json.loads((settings.home / "outbox" / FEED / delivery / "receipt.json").read_text())
    assert [(p["column"], p["count"]) for p in receipt["problems"]] == [("arrestee_age", 9)]
    assert len(quarantined(settings, delivery)) == 9


def test_a_replay_corrects_counts_and_receipts_and_judges_held_batches_again(settings: Settings) -> None:
    write_feed(
        settings,
        text=ARREST.replace(', "%m/%d/%Y"', "").replace("min_row_ratio, value: 0.5", "max_quarantine_ratio, value: 1"),
    )
    take(settings, "a.csv", rows("A1,12/01/2024,30", "A2,2024-12-01,30"), "2025-01-01")
    take(settings, "b.csv", rows("A1,2024-12-01,30", "A2,2024-12-01,30"), "2025-01-02")
    odd = rows("A1,2024-12-01,30", "A2,2024-12-01,30").replace("note", "remark")
    assert take(settings, "c.csv", odd, "2025-01-03")[0] == "held"
    write_feed(settings, text=ARREST.replace("[note]", "[note, remark]"))
    assert replay(settings, FEED) == 3
    found = outcomes(settings)
    assert [(o.state, o.accepted, o.quarantined, o.inserted, o.unchanged) for o in found] == [
        ("applied", 2, 0, 2, 0), ("applied", 2, 0, 0, 2), ("applied", 2, 0, 0, 2)
    ]  # fmt: skip
    receipt = json.loads((settings.home / "outbox" / FEED / found[0].delivery_id / "receipt.json").read_text())
    assert (receipt["quarantined"], receipt["problems"]) == (0, [])


def test_a_late_delivery_corrects_the_counts_of_those_behind_it(settings: Settings) -> None:
    write_feed(settings)
    take(settings, "a.csv", rows("A1,2024-12-01,30"), "2025-01-01")
    take(settings, "c.csv", rows("A1,2024-12-01,30", "A2,2024-12-01,30"), "2025-01-03")
    take(settings, "b.csv", rows("A1,2024-12-01,30", "A2,2024-12-01,30"), "2025-01-02")
    assert [o.inserted for o in outcomes(settings)] == [1, 1, 0]


def test_a_record_that_begins_to_wait_for_a_correction_is_announced(settings: Settings) -> None:
    write_feed(settings)
    take(settings, "a.csv", rows("A1,2024-12-01,30", "A2,2024-12-01,30"), "2025-01-01")
    bad = drop(settings, "b.csv", rows("A1,2024-12-01,abc", "A2,2024-12-01,30"))
    fetch(settings, FEED, [bad], at("2025-01-02"))
    assert drain(settings, FEED).change_sets == 1


def test_a_link_out_of_the_bucket_keeps_no_other_file_out(settings: Settings) -> None:
    write_feed(settings)
    drop(settings, "b.csv", rows("A1,2024-12-01,30")).with_name("a.csv").symlink_to("/etc/hostname")
    assert len(fetch(settings, FEED).delivery_ids) == 2
    outside, inside = drain(settings, FEED).deliveries
    assert (outside.state, outside.reason, inside.state) == ("refused", "outside_bucket", "applied")
    assert fetch(settings, FEED).delivery_ids == []
    replay(settings, FEED)  # judged again, not read as an empty file
    assert outcomes(settings, FEED)[0].reason == "outside_bucket"


def test_a_file_dated_years_ahead_is_not_waited_for(settings: Settings) -> None:
    write_feed(settings)
    path = drop(settings, "a.csv", rows("A1,2024-12-01,30"))
    os.utime(path, (time.time() + 1e8, time.time() + 1e8))
    assert len(fetch(settings, FEED).delivery_ids) == 1


def test_a_file_name_that_speaks_of_the_future_is_held(settings: Settings) -> None:
    pattern = 'known_at: {from_file_name: "_(\\\\d{8})", format: "%Y%m%d"}'
    write_feed(settings, text=ARREST.replace("mode: full}", f"mode: full, {pattern}}}"))
    drop(settings, "arrests_29620310.csv", rows("A1,2024-12-01,30"))
    fetch(settings, FEED)
    assert [(o.state, o.reason) for o in drain(settings, FEED).deliveries] == [("held", "file_name")]


@pytest.mark.parametrize("text", ["2026-10-31", "20261031", "2026-W44-6"])
def test_a_date_means_its_end_however_it_is_written(text: str) -> None:
    assert moment(text, "America/New_York") == at("2026-11-01T04:00")


def test_a_killed_process_that_nobody_buried_is_dead() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    name = process_name(child.pid)
    assert not is_dead(name)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert is_dead(name)
    child.wait()


def test_a_strange_file_in_scratch_is_left_alone(settings: Settings) -> None:
    write_feed(settings)
    take(settings, "a.csv", rows("A1,2024-12-01,30"), "2025-01-01")
    (settings.home / "scratch" / ".DS_Store").touch()
    assert take(settings, "b.csv", rows("A1,2024-12-01,31"), "2025-01-02")[0] == "applied"
