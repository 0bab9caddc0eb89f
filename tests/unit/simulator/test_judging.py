"""The books behind the truth, on rows written by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from simulator.agencies import AGENCIES
from simulator.consequences import Fault
from simulator.faults import make as make_fault
from simulator.forms import Form, Line, records
from simulator.judging import AmbiguousPlanError, SentRow, held_because, judge, quarantined
from simulator.places import BAJIO, MILLBROOK, RIVERMOUTH
from simulator.settling import settle

ARRESTS = AGENCIES[RIVERMOUTH].arrest
VICTIMS = AGENCIES[RIVERMOUTH].shooting
LOG = AGENCIES[MILLBROOK].shooting
APPENDED = AGENCIES[BAJIO].shooting
AT = datetime(2025, 3, 4, 22, 15)


def row(form: Form, uid: int, faults: tuple[Fault, ...] = (), **facts: Any) -> SentRow:
    known = {"at": AT, "on": AT.date(), **facts}
    for fault in faults:
        known |= fault.meant
    return SentRow(uid, 0, Line((), records(form, known)), faults)


def victim(uid: int, case: str, age: int, *faults: Fault) -> SentRow:
    return row(VICTIMS, uid, faults, case=case, age=age, sex="M", fatal=False)


def fault(form: Form, label: str, **facts: Any) -> Fault:
    from random import Random

    made = make_fault(label, Random(1), form, {"at": AT, "on": AT.date(), **facts})
    assert made is not None
    return made


def test_both_faults_of_a_row_name_their_rules() -> None:
    facts: dict[str, Any] = {"case": "2025000001", "age": 30, "fatal": False}
    two = (fault(VICTIMS, "age_too_old", **facts), fault(VICTIMS, "impossible_date", **facts))
    rows = [row(VICTIMS, 0, two, **facts)]
    found = {q.kind: q.rules for q in quarantined(rows, judge(VICTIMS, rows))}
    assert found == {
        "shooting_victim": (
            "expect_column_values_to_be_between:victim_age", "expect_column_values_to_not_be_null:occurred_at",
            "unparsed:occurred_at",
        ),
        "shooting_incident": ("expect_column_values_to_not_be_null:occurred_at", "unparsed:occurred_at"),
    }  # fmt: skip


def test_a_bad_suspect_age_spares_the_victim() -> None:
    facts = {"case": "25-00001", "victim_no": 1, "suspect_no": 1, "age": 20, "s_age": 30, "fatal": True}
    rows = [row(LOG, 0, (fault(LOG, "suspect_age_too_old", **facts),), **facts)]
    judged = judge(LOG, rows)
    assert [len(judged[k].accepted) for k in ("shooting_incident", "shooting_victim", "shooting_suspect")] == [1, 1, 0]


def test_contradicting_rows_are_quarantined_and_identical_ones_collapse() -> None:
    same = [row(ARRESTS, 0, number="A1", charge_1="X"), row(ARRESTS, 0, number="A1", charge_1="X")]
    judged = judge(ARRESTS, same)
    assert [len(j.accepted) for j in judged.values()] == [1, 1]
    other = [same[0], row(ARRESTS, 0, number="A1", charge_1="X", age=4)]
    assert [(q.row_number, q.rules) for q in quarantined(other, judge(ARRESTS, other))] == [
        (1, ("duplicate_key",)),
        (2, ("duplicate_key",)),
    ]
    assert len(judge(ARRESTS, other)["arrest_charge"].accepted) == 1


def test_a_quarantined_key_keeps_its_last_version_and_a_missing_one_is_deleted() -> None:
    rows = [row(ARRESTS, n, number=f"A{n}", age=20) for n in range(3)]
    first = settle(ARRESTS, {}, judge(ARRESTS, rows))
    bad = row(ARRESTS, 0, (fault(ARRESTS, "age_text", age=20),), number="A0", age=20)
    second = settle(ARRESTS, first.current, judge(ARRESTS, [bad, rows[1]]))
    assert set(second.current["arrest"]) == {("A0",), ("A1",)}
    assert second.current["arrest"][("A0",)].values["arrestee_age"] == 20
    assert second.pending["arrest"] == {("A0",)}
    assert second.changes["arrest"] == {"insert": 0, "update": 0, "delete": 1}


def test_append_never_deletes() -> None:
    rows = [row(APPENDED, n, case="CI/1", victim_no=n + 1, fatal=False) for n in range(2)]
    first = settle(APPENDED, {}, judge(APPENDED, rows))
    second = settle(APPENDED, first.current, judge(APPENDED, []))
    assert second.current == first.current


def test_identical_rows_without_ids_are_distinct_and_changes_are_the_fewest() -> None:
    rows = [victim(0, "1", 20), victim(1, "1", 20), victim(2, "1", 31)]
    first = settle(VICTIMS, {}, judge(VICTIMS, rows))
    assert first.changes["shooting_victim"] == {"insert": 3, "update": 0, "delete": 0}
    second = settle(VICTIMS, first.current, judge(VICTIMS, [victim(1, "1", 20), victim(7, "1", 31)]))
    assert second.changes["shooting_victim"] == {"insert": 0, "update": 0, "delete": 1}


def test_plans_whose_outcome_is_open_are_found() -> None:
    rows = [victim(0, "1", 20), victim(1, "1", 30)]
    first = settle(VICTIMS, {}, judge(VICTIMS, rows))
    bad = victim(0, "1", 20, fault(VICTIMS, "flag_blank", fatal=False, age=20))
    with pytest.raises(AmbiguousPlanError):
        settle(VICTIMS, first.current, judge(VICTIMS, [bad, victim(1, "1", 31)]))
    kept = settle(VICTIMS, first.current, judge(VICTIMS, [bad, victim(1, "1", 30)]))
    assert kept.changes["shooting_victim"] == {"insert": 0, "update": 0, "delete": 0}


@pytest.mark.parametrize(
    ("rows", "last", "expected"),
    [(0, None, "row_floor"), (79, 100, "row_floor"), (80, 100, None), (1, None, None), (0, 5, "row_floor")],
)
def test_row_floor(rows: int, last: int | None, expected: str | None) -> None:
    assert held_because(ARRESTS, rows, judge(ARRESTS, []), last) == expected
    assert held_because(APPENDED, 0, judge(APPENDED, []), last) is None


@pytest.mark.parametrize(("good", "bad", "expected"), [(18, 2, None), (17, 3, "quarantine_limit"), (10, 9, None)])
def test_quarantine_limit_begins_at_twenty_records(good: int, bad: int, expected: str | None) -> None:
    spoilt = fault(ARRESTS, "age_negative", age=20)
    rows = [row(ARRESTS, n, (spoilt,) if n < bad else (), number=f"A{n}", age=20) for n in range(good + bad)]
    assert held_because(ARRESTS, len(rows), judge(ARRESTS, rows), None) == expected
