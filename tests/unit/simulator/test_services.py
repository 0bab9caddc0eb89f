"""Custody and supervision of a simulated world: the story holds together, the files say it, the sums are its sums."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

from simulator.agencies import FORMS, SERVICES
from simulator.api import simulate
from simulator.custody import Custody, days_outside, make_custody
from simulator.departments import CA_STATE, DEPARTMENTS, OFFICES, OH_STATE
from simulator.events import History, make_history
from simulator.faults import make, spoiled
from simulator.forms import Line, records
from simulator.incidents import classes
from simulator.judging import SentRow, judge, quarantined
from simulator.places import BAJIO, RIVERMOUTH
from simulator.plan import AT_MOST, plan
from simulator.population import make_population
from simulator.supervision import make_supervision

START, END = date(2025, 1, 1), date(2026, 1, 1)
PEOPLE = make_population(5, 3000, START)
HISTORY = make_history(5, PEOPLE, START, END)
OUTSIDE = days_outside(HISTORY)


@pytest.fixture(scope="module", params=[CA_STATE, OH_STATE])
def custody(request: pytest.FixtureRequest) -> Custody:
    return make_custody(5, DEPARTMENTS[request.param], PEOPLE, HISTORY, OUTSIDE, START, END)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("simulated") / "world"
    simulate(out, seed=5, people=3000, months=12)
    return out


def truth(world: Path, name: str) -> Any:
    return json.loads((world / "truth" / name).read_text(encoding="utf-8"))


def test_nobody_is_inside_and_outside_on_one_day_or_in_two_units(custody: Custody) -> None:
    stays = defaultdict(list)
    for stay in custody.stays:
        stays[stay.spell.person.person_id].append(stay)
    for person, found in stays.items():
        found.sort(key=lambda s: s.admitted)
        for one, following in pairwise(found):
            assert one.released is not None
            assert one.released <= following.admitted
        for stay in found:
            last = stay.released.date() if stay.released else END
            assert not [day for day, _ in OUTSIDE.get(person, []) if max(stay.admitted.date(), START) <= day <= last]
            died = stay.spell.person.died_on
            assert died is None or died > last or last == END


def test_counts_are_the_people_whose_stay_lasts_at_midnight(custody: Custody) -> None:
    for day in (START, date(2025, 6, 15), date(2025, 12, 31)):
        present = Counter(stay.unit for stay in custody.present(day))
        assert all(present[unit] == custody.counts[day, unit] for unit in custody.department.units)
    assert len(custody.counts) == 365 * len(custody.department.units)


def test_incidents_involve_people_of_the_unit_at_that_hour(custody: Custody) -> None:
    where = defaultdict(list)
    for stay in custody.stays:
        where[stay.spell.person.person_id].append(stay)
    kinds = Counter(incident.what for incident in custody.incidents)
    assert set(kinds) == {"fight", "brawl", "assault", "staff", "possession"}
    for incident in custody.incidents:
        people = [part.person.person_id for part in incident.parts if part.person]
        assert len(people) == len(set(people)) >= 1
        for person in people:
            assert any(
                s.unit == incident.unit
                and s.admitted < incident.at
                and (s.released is None or s.released > incident.at)
                for s in where[person]
            )
        assert len(incident.parts) <= custody.department.largest
        assert incident.what != "brawl" or incident.participants >= 3
    assert any(i.group_linked for i in custody.incidents)
    assert any(i.weapon for i in custody.incidents)
    assert any(part.role == "witness" for i in custody.incidents for part in i.parts)
    assert any(stay.unit.restrictive for stay in custody.stays)


def test_those_in_custody_are_those_who_were_arrested_and_shot(custody: Custody) -> None:
    inside = {stay.spell.person.person_id for stay in custody.stays}
    arrested = {a.person.person_id for a in HISTORY.arrests[custody.department.serves]}
    shot = {v.person.person_id for found in HISTORY.shootings.values() for s in found for v in s.victims}
    assert len(inside & arrested) > 0.5 * len(inside)
    assert len(inside & shot) >= 10


@pytest.mark.parametrize(
    ("what", "weapon", "people", "named"),
    [
        ("fight", False, 2, ["all", "fight"]),
        ("fight", True, 3, ["all", "multi_person_fight", "assault_with_weapon", "fight"]),
        ("brawl", False, 2, ["all", "multi_person_fight", "fight"]),
        ("staff", True, 2, ["all", "assault_on_staff", "assault_with_weapon"]),
        ("assault", False, 2, ["all", "other"]),
        ("possession", True, 1, ["all", "other"]),
    ],
)
def test_classes(what: str, weapon: bool, people: int, named: list[str]) -> None:
    assert classes(what, weapon, people) == named


def test_terms_end_as_they_should_and_a_person_has_one_at_a_time() -> None:
    custody = make_custody(5, DEPARTMENTS[CA_STATE], PEOPLE, HISTORY, OUTSIDE, START, END)
    after = 0
    for office in OFFICES.values():
        told = make_supervision(5, office, PEOPLE, HISTORY, custody if office.after_custody else None, START, END)
        ends = Counter(term.how for term in told.terms)
        assert set(ends) == {None, "completed", "revoked", "deceased"}
        assert any(term.absconded and term.how is None for term in told.terms)
        by_person = defaultdict(list)
        for term in told.terms:
            by_person[term.person.person_id].append(term)
        for terms in by_person.values():
            for one, following in pairwise(terms):
                assert one.ended is not None
                assert one.ended < following.started
        for violation in told.violations:
            term = told.terms[violation.term - 1]
            assert term.started < violation.on <= (term.ended or END)
            assert violation.on <= violation.detected <= (violation.answered or violation.detected)
            assert (violation.days > 0) == (violation.answer == "custody")
        released = {(s.person.person_id, s.last) for s in custody.spells}
        after += sum((t.person.person_id, t.started) in released for t in told.terms)
    assert after >= 20


def test_services_leave_the_other_files_alone_and_send_few(world: Path) -> None:
    schedule = json.loads((world / "schedule.json").read_text())
    sent = Counter(entry["feed_id"] for entry in schedule)
    assert set(sent) == set(FORMS)
    assert sum(sent[feed] for feed in SERVICES) <= 66
    for months in (1, 3, 6, 12, 18, 36):
        for feed, most in AT_MOST.items():
            regular = [p.day for p in plan(1, feed, START, months) if p.kind == "regular"]
            assert 1 <= len(regular) <= max(most, -(-months // 3))
            steps = [(b - a).days for a, b in pairwise(regular)]
            assert all(step < FORMS[f"{CA_STATE}/census"].window_days for step in steps)


def rows_of(world: Path, entry: dict[str, Any]) -> list[dict[str, str]]:
    form = FORMS[entry["feed_id"]]
    data = (world / entry["file"]).read_bytes()
    text = (gzip.decompress(data) if form.gzip else data).decode(form.encoding)
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=form.separator))


def last_applied(world: Path, feed_id: str) -> dict[str, Any]:
    applied = [
        d for d in truth(world, "deliveries.json") if d["feed_id"] == feed_id and d["state"] == "applied" and d["rows"]
    ]
    found: dict[str, Any] = max(applied, key=lambda d: d["known_at"])
    return found


def test_recorded_incidents_of_california_are_those_of_the_last_file(world: Path) -> None:
    """Counted by the csv module over the last full file, without rows in quarantine."""
    entry = last_applied(world, f"{CA_STATE}/incidents")
    current = truth(world, "current.json")[f"{CA_STATE}/incidents"]["prison_incident"]
    bad = {q["row_number"] for q in entry["quarantined"] if q["kind"] in ("*", "prison_incident")}
    good = {r["LOG_NUMBER"].strip() for n, r in enumerate(rows_of(world, entry), start=1) if n not in bad}
    pending = {key[0] for key in current["pending"]}
    assert good == {row[0][0] for row in current["rows"]} - pending
    months = truth(world, "pvi.json")[CA_STATE]["recorded"]
    assert sum(m["classes"].get("all", {}).get("incidents", 0) for m in months) == len(good | pending)


def test_a_dark_month_and_single_missing_days(world: Path) -> None:
    recorded, happened = (truth(world, "pvi.json")[CA_STATE][side] for side in ("recorded", "happened"))
    days = {(m["facility"], m["unit"], m["month"]): len(m["counts"]) for m in recorded}
    assert days["NFI", "1", "2025-07"] <= 22, "below 80% of the month"
    assert days["DVSP", "A", "2025-07"] >= 26
    assert all(
        len(m["counts"]) == (date(2025, int(m["month"][5:]) % 12 + 1, 1) - timedelta(days=1)).day
        for m in happened
        if m["unit"]
    )
    true = {(m["facility"], m["unit"]): m["counts"] for m in happened if m["month"] == "2025-03"}
    for month in recorded:
        if month["month"] == "2025-03":
            counts = true[month["facility"], month["unit"]]
            assert sum(counts[day] != people for day, people in month["counts"].items()) <= 4


def test_rosters_name_their_day_and_hold_everybody(world: Path) -> None:
    schedule = json.loads((world / "schedule.json").read_text())
    for entry in (e for e in schedule if e["feed_id"] == f"{OH_STATE}/population"):
        about, sent = Path(entry["file"]).name.removesuffix(".csv.gz").rsplit("_", 2)[1:]
        assert about < sent
    months = truth(world, "pvi.json")[OH_STATE]["recorded"]
    days = {day for month in months for day in month["counts"]}
    assert len(days) == 12
    by_day: Counter[str] = Counter()
    for month in months:
        by_day.update(month["counts"])
    true: Counter[str] = Counter()
    for month in truth(world, "pvi.json")[OH_STATE]["happened"]:
        true.update(month["counts"])
    assert all(0.85 * true[day] <= by_day[day] <= true[day] for day in days)


def test_supervision_sums(world: Path) -> None:
    told = truth(world, "supervision.json")
    assert set(told) == {RIVERMOUTH, BAJIO}
    for name, feed in ((RIVERMOUTH, "probation"), (BAJIO, "probation")):
        current = truth(world, "current.json")[f"{name}/{feed}"]["probation_term"]
        at = current["columns"].index("started_on")
        started = Counter(row[at][:7] for row in current["rows"])
        by_month: Counter[str] = Counter()
        for row in told[name]["recorded"]["caseload"]:
            by_month[row["month"]] += row["starts"]
            assert row["people_on_first_day"] <= row["terms_on_first_day"]
        assert by_month["2025-05"] == started["2025-05"] > 0
    violations = truth(world, "current.json")[f"{BAJIO}/violations"]["probation_violation"]["rows"]
    assert sum(row["violations"] for row in told[BAJIO]["recorded"]["violations"]) == len(violations)
    assert told[RIVERMOUTH]["recorded"]["violations"] == []


def test_the_people_behind_the_records(world: Path) -> None:
    with (world / "truth" / "mentions.csv").open(encoding="utf-8") as lines:
        mentions = list(csv.DictReader(lines))
    seen = defaultdict(set)
    for mention in mentions:
        seen[mention["kind"]].add(mention["person_id"])
    services = {"prison_incident_person", "custody_stay", "custody_census", "probation_term", "probation_violation"}
    assert services <= seen.keys()
    for kind in services:
        assert len(seen[kind] & (seen["arrest"] | seen["shooting_victim"])) >= 0.4 * len(seen[kind]), kind
    wide = [m for m in mentions if m["feed_id"] == f"{CA_STATE}/incidents"]
    assert {m["record_no"] for m in wide} >= {"1", "2", "3"}


def test_a_fault_of_one_of_several_people_in_a_row_is_theirs_alone() -> None:
    form = SERVICES[f"{CA_STATE}/incidents"]
    facts: dict[str, Any] = {
        "number": "X-1",
        "at": None,
        "on": None,
        "role_1": "VICTIM",
        "role_2": "AGGRESSOR",
        "days_2": 30,
    }
    fault = make("days_negative", Random(1), form, facts)
    assert fault is not None
    _, meant = spoiled(facts, (fault,))
    rows = [SentRow(0, 0, Line((), records(form, meant)), (fault,))]
    found = [(q.kind, q.record_no, q.rules) for q in quarantined(rows, judge(form, rows))]
    rule = "expect_column_values_to_be_between:restrictive_housing_days"
    assert found == [("prison_incident_person", 2, (rule,))]


def test_history_is_only_read() -> None:
    again: History = make_history(5, make_population(5, 3000, START), START, END)
    assert {k: len(v) for k, v in again.arrests.items()} == {k: len(v) for k, v in HISTORY.arrests.items()}
