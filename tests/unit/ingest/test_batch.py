"""Expectations of severity batch, tolerances, and the history of results."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from feeds.catalogue import load_feed
from feeds.errors import SpecificationError
from ingest.api import drain, fetch
from ingest.compile import compile_feed
from ingest.results import results
from ingest.tolerances import endings
from settings import Settings
from support.world import ARREST, HEADER, at, drop, rows, write_feed

FEED = "us_test/arrest"
FEED_RULES = """
expectations:
  - {type: expect_column_max_to_be_between, column: arrested_on, max_age_days: 60, severity: batch, reason: a monthly file}
  - {type: expect_column_values_to_be_in_set, column: area_id, value_set: [North, South], mostly: 0.9, severity: batch, reason: the known areas}
"""
LAX = ARREST.replace("value: 0.5", "value: 0") + FEED_RULES
START = at("2025-01-01")


def receipt(settings: Settings, number: int, data: str) -> dict[str, Any]:
    path = drop(settings, f"f{number:03d}.csv", data)
    fetch(settings, FEED, [path], START + timedelta(days=number))
    outcome = drain(settings, FEED).deliveries[0]
    assert outcome.state == "applied"
    told: dict[str, Any] = json.loads(
        (settings.home / "outbox" / FEED / outcome.delivery_id / "receipt.json").read_text()
    )
    return told


def month(count: int, day: str = "2024-12-15", age: str = "30", area: str = "North", first: int = 0) -> str:
    return rows(*(f"A{first + n},{day},{age},,,{area if n % 2 else 'South'}" for n in range(count)))


def measures(told: dict[str, Any]) -> list[str]:
    return sorted(finding["measure"] for finding in told["findings"])


def test_what_is_unusual_is_told_once_there_is_a_history(settings: Settings) -> None:
    write_feed(settings, text=LAX)
    assert measures(receipt(settings, 0, month(3))) == []  # one file is no history
    for number in range(1, 5):
        assert measures(receipt(settings, number, month(40))) == []
    many = receipt(settings, 5, month(81))
    assert [(f["measure"], f["observed"], f["low"], f["high"]) for f in many["findings"]] == [
        ("row_count", "81", "20", "80")
    ]
    assert measures(receipt(settings, 6, month(40, age=""))) == ["null_share"]
    assert measures(receipt(settings, 7, month(40, area="Nowhere"))) == ["distribution", "unmapped_share"]
    assert measures(receipt(settings, 8, month(40, day="2024-09-01"))) == ["date_drift", "distribution", "freshness"]
    twice = month(40).split("\n", 1)
    assert "duplicate_share" in measures(receipt(settings, 9, twice[0] + "\n" + twice[1] * 2))


def test_ninety_days_later_the_history_is_another(settings: Settings) -> None:
    write_feed(settings, text=ARREST.replace("value: 0.5", "value: 0"))
    for number in range(4):
        receipt(settings, number, month(40))
    assert measures(receipt(settings, 100, month(200, day="2025-04-01"))) == []


def test_the_history_of_results_is_kept_and_replaced_by_a_replay(settings: Settings) -> None:
    from ingest.api import replay

    write_feed(settings, text=LAX)
    receipt(settings, 0, month(30) + "A99,2024-12-01,224,,,North,\n")
    found = {(r.rule, r.severity): (r.success, r.observed, r.records) for r in results(settings, FEED)}
    assert found["expect_column_values_to_be_between:arrestee_age", "must"] == (False, 1, 31)
    assert found["batch:expect_table_row_count_to_be_between", "batch"] == (True, 31, 31)
    count = len(results(settings))
    replay(settings, FEED)
    assert len(results(settings)) == count
    assert [r.rule for r in results(settings, failed=True)] == ["expect_column_values_to_be_between:arrestee_age"]


def test_a_charge_without_its_arrest_is_counted(settings: Settings) -> None:
    charge = """
      - kind: arrest_charge
        key: {columns: [note]}
        map: {arrest_id: sid, charge_number: {const: 1}, source_offense: note}
        not_supplied: [source_offense_code, statute, charge_level, disposition]
"""
    text = ARREST.replace("a remark of the clerk: [note]", "").rstrip() + charge
    write_feed(settings, text=text)
    told = receipt(settings, 0, rows("A1,2024-12-01,30,,A1,North,theft", "A2,2024-12-01,30,,B7,North,fraud"))
    assert [(f["measure"], f["record_kind"], f["observed"]) for f in told["findings"]] == [
        ("referential", "arrest_charge", "50.0%")
    ]


TOLERANCE = ARREST.replace(
    "tolerances: [",
    "tolerances: [{rule: 'expect_column_values_to_be_between:arrestee_age', until: 2025-01-10, reason: the new system writes months}, ",
)


def test_a_tolerance_keeps_records_until_its_day_and_then_ends_loudly(settings: Settings) -> None:
    write_feed(settings, text=TOLERANCE.replace("value: 0.5", "value: 0"))
    before = receipt(settings, 5, rows("A1,2024-12-01,224", "A2,2024-12-01,20"))
    assert (before["accepted"], before["quarantined"], before["expired"]) == (2, 0, [])
    assert [(p["severity"], p["count"]) for p in before["problems"]] == [("warn", 1)]
    after = receipt(settings, 12, rows("A1,2024-12-01,225", "A2,2024-12-01,20"))
    assert (after["accepted"], after["quarantined"]) == (1, 1)
    assert after["expired"][0]["until"] == "2025-01-10"
    today = settings.model_copy(update={"clock": at("2025-01-05")})
    assert "ends on 2025-01-10" in endings(today)[0]
    later = settings.model_copy(update={"clock": at("2025-01-12")})
    assert "ended on 2025-01-10; the rule holds again" in endings(later)[0]


def test_a_tolerance_of_no_rule_is_a_mistake(settings: Settings) -> None:
    write_feed(settings, text=TOLERANCE.replace("between:arrestee_age", "between:victim_age"))
    with pytest.raises(SpecificationError, match="is no rule here"):
        compile_feed(load_feed(settings, FEED))


def test_a_looser_limit_ends_loudly_too(settings: Settings) -> None:
    until = "until: 2025-01-10, reason: the station sends"
    loose = "value: 0.05, {u} its backlog}}, {{limit: max_quarantine_ratio, value: 0.5, {u} its backlog}}, {{limit: bad_bytes, value: 2, {u} a broken export"
    write_feed(
        settings,
        text=ARREST.replace(
            "value: 0.5, until: 2099-12-31, reason: the files of tests are small", loose.format(u=until)
        ),
    )
    path = drop(settings, "a.csv", month(40).replace("A3,", "A\xe9,").encode("latin-1"))

    def judged(name: str, data: str | bytes, day: str) -> tuple[str, str | None]:
        fetch(settings, FEED, [drop(settings, name, data)], at(day))
        outcome = drain(settings, FEED).deliveries[0]
        return outcome.state, outcome.reason

    first = path.read_bytes()
    fewer, wrong = month(4), month(20) + month(20, age="200", first=30).removeprefix(HEADER)
    assert [judged(f"in{n}.csv", data, f"2025-01-0{n}") for n, data in enumerate((first, fewer, wrong), start=2)] == [
        ("applied", None)
    ] * 3
    assert judged("p.csv", month(30), "2025-01-11") == ("applied", None)  # the day is included: until local midnight
    assert [judged(f"out{n}.csv", data, f"2025-01-1{n}") for n, data in enumerate((first, fewer, wrong), start=2)] == [
        ("refused", "unreadable"),
        ("held", "row_floor"),
        ("held", "quarantine_limit"),
    ]
    told = endings(settings.model_copy(update={"clock": at("2025-01-12")}), [FEED])
    assert [
        re.findall(r"tolerance of (\w+) ended on 2025-01-10; the usual limit holds again", line) for line in told
    ] == [["min_row_ratio"], ["max_quarantine_ratio"], ["bad_bytes"]]
