"""Pairing records without ids with their predecessors, against a slow and obvious calculation."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ingest.api import active_change_sets, current_records, drain, fetch
from settings import Settings
from support.world import ARREST, at, drop, settings_in, write_feed

ORDINAL = ARREST.replace("key: {columns: [arrest_no]}", "key: {columns: [arrest_no], ordinal: true}").replace(
    "value: 0.5,",
    "value: 0, until: 2099-12-31, reason: the files of tests are small}, {limit: max_quarantine_ratio, value: 1,",
)
HEADER = "arrest_no,day,age,born,sid,area,note\n"

#: A row is (key, age); an age of 200 breaks a rule.
ROW = st.tuples(st.sampled_from("ab"), st.sampled_from([20, 21, 22, 200]))
FILES = st.lists(st.lists(ROW, min_size=1, max_size=7), min_size=2, max_size=4)


def file_of(rows: list[tuple[str, int]]) -> str:
    return HEADER + "".join(f"{key},2024-01-02,{age},,,,\n" for key, age in rows)


def expected_counts(before: dict[str, Counter[int]], rows: list[tuple[str, int]]) -> tuple[int, int, int]:
    """(insert + update + delete kept minimal) for files without quarantine: per key, the multiset difference."""
    after: dict[str, Counter[int]] = defaultdict(Counter)
    for key, age in rows:
        after[key][age] += 1
    insert = update = delete = 0
    for key in before.keys() | after.keys():
        gone, new = (before.get(key, Counter()) - after[key]).total(), (after[key] - before.get(key, Counter())).total()
        update += min(gone, new)
        insert += new - min(gone, new)
        delete += gone - min(gone, new)
    return insert, update, delete


def apply_all(settings: Settings, files: list[list[tuple[str, int]]]) -> None:
    feed_id = write_feed(settings, text=ORDINAL)
    start = at("2025-01-01")
    for number, rows in enumerate(files):
        path = drop(settings, f"f{number}.csv", file_of(rows))
        fetch(settings, feed_id, [path], start + timedelta(days=number))
    assert {o.state for o in drain(settings, feed_id).deliveries} == {"applied"}


#: Each takes in two to four files, which takes two seconds; the named examples below are those that went wrong once.
@pytest.mark.slow
@hypothesis_settings(
    max_examples=24, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(files=FILES)
def test_counts_are_minimal_and_quarantine_keeps_records(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[tuple[str, int]]]
) -> None:
    settings = settings_in(tmp_path_factory.mktemp("pairing"))
    apply_all(settings, files)
    check(settings, files)


def check(settings: Settings, files: list[list[tuple[str, int]]]) -> None:
    before: dict[str, Counter[int]] = {}
    for change_set, rows in zip(active_change_sets(settings), files, strict=True):
        known: dict[str, Counter[int]] = defaultdict(Counter)
        for record in current_records(settings, "us_test/arrest", "arrest", change_set.known_at):
            known[record["arrest_id"]][record["arrestee_age"]] += 1
        good: dict[str, Counter[int]] = defaultdict(Counter)
        bad: Counter[str] = Counter()
        for key, age in rows:
            if age == 200:
                bad[key] += 1
            else:
                good[key][age] += 1
        for key in known.keys() | good.keys():
            kept = known[key] - good[key]
            assert not good[key] - known[key], "an accepted record is missing"
            # What stays beyond the accepted rows are last accepted versions of quarantined rows.
            assert kept.total() <= bad[key]
            assert not kept - before.get(key, Counter())
        if not bad and not any(age == 200 for earlier in files for _, age in earlier):
            counts = change_set.counts["arrest"]
            assert (counts["insert"], counts["update"], counts["delete"]) == expected_counts(before, rows)
        before = known


def test_a_quarantined_record_keeps_its_last_accepted_version(settings: Settings) -> None:
    apply_all(
        settings,
        [[("a", 20), ("a", 21), ("b", 20)], [("a", 200), ("a", 21), ("b", 20)], [("a", 22), ("a", 21), ("b", 20)]],
    )
    counts = [s.counts["arrest"] for s in active_change_sets(settings)]
    assert (counts[1]["mark"], counts[1]["delete"], counts[1]["update"]) == (1, 0, 0)
    assert (counts[2]["clear"], counts[2]["update"], counts[2]["insert"]) == (1, 1, 0)
    second = current_records(settings, "us_test/arrest", "arrest", at("2025-01-02"))
    assert sorted(r["arrestee_age"] for r in second if r["arrest_id"] == "a") == [20, 21]


def test_identical_rows_are_distinct_records(settings: Settings) -> None:
    apply_all(settings, [[("a", 20)] * 3, [("a", 20)] * 2, [("a", 20)] * 3])
    counts = [s.counts["arrest"] for s in active_change_sets(settings)]
    assert [(c["insert"], c["update"], c["delete"]) for c in counts] == [(3, 0, 0), (0, 0, 1), (1, 0, 0)]


@pytest.mark.parametrize(
    "files",
    [
        [[("a", 20), ("a", 21)], [("a", 21), ("a", 22), ("a", 20)], [("a", 22)]],
        [[("a", 200)], [("a", 20)], [("a", 200), ("a", 20)], [("b", 20)]],
        [[("a", 20), ("b", 21)], [("b", 200)], [("a", 20), ("b", 21)]],
    ],
    ids=["shuffle", "quarantine first", "comes back"],
)
def test_examples_against_the_obvious_calculation(settings: Settings, files: list[list[tuple[str, int]]]) -> None:
    apply_all(settings, files)
    check(settings, files)
