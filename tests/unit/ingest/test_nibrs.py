"""A NIBRS-like file, fixed width, with several segments, through ingest to several record kinds."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from ingest.api import current_records, drain, fetch
from ingest.inspect import quarantined
from settings import Settings
from support.world import drop, write_feed

FEED = """
description: incidents of a test state, as its programme receives them
publisher: tests
verified: written for tests
connector: {kind: bucket, path: us_test/nibrs, pattern: "*.txt", settle_seconds: 0}
reader:
  kind: fixed_width
  segment: [1, 2]
  link: [3, 14]
  segments:
    "01": {name: incident, columns: {number: [3, 14], day: [15, 22], hour: [23, 24]}}
    "02": {name: offense, columns: {code: [15, 17], weapon: [18, 19]}}
    "04": {name: victim, columns: {sequence: [15, 17], age: [18, 19], sex: [20, 20], race: [21, 21]}, carry: ["01", "02"]}
    "05": {name: offender, columns: {sequence: [15, 16], age: [17, 18], sex: [19, 19]}, carry: ["01", "02"]}
    "06": {name: arrestee, columns: {sequence: [15, 16], number: [17, 28], day: [29, 36], offense: [37, 39], age: [40, 41], sex: [42, 42]}, carry: ["01"]}
delivery: {mode: append}
layouts:
  - name: "2026"
    ignore: {numbered anew in every incident: [arrestee_sequence]}
    records:
      - kind: shooting_incident
        where: "segment = '04' and offense_weapon in ('11', '12', '13', '14', '15')"
        key: {columns: [incident_number], collapse: true}
        map: {incident_id: incident_number, occurred_at: &when {from: [incident_day, incident_hour], join: " ", parse: "%Y%m%d %H"}, source_offense: offense_code}
        not_supplied: ["*"]
      - kind: shooting_victim
        where: "segment = '04' and offense_weapon in ('11', '12', '13', '14', '15')"
        key: {columns: [incident_number, victim_sequence]}
        map:
          incident_id: incident_number
          occurred_at: *when
          is_fatal: {from: offense_code, values: {"09A": true, "13A": false, "120": false}}
          source_offense: offense_code
          victim_age: victim_age
          victim_sex: victim_sex
          victim_race: victim_race
          victim_local_id: victim_sequence
        not_supplied: ["*"]
      - kind: shooting_suspect
        where: "segment = '05' and offense_weapon in ('11', '12', '13', '14', '15')"
        key: {columns: [incident_number, offender_sequence]}
        map: {incident_id: incident_number, suspect_age: offender_age, suspect_sex: offender_sex, suspect_local_id: offender_sequence}
        not_supplied: ["*"]
      - kind: arrest
        where: "segment = '06'"
        key: {columns: [arrestee_number]}
        map: {arrest_id: arrestee_number, incident_id: incident_number, arrested_on: {from: arrestee_day, parse: "%Y%m%d"}, arrestee_age: arrestee_age, arrestee_sex: arrestee_sex}
        not_supplied: ["*"]
      - kind: arrest_charge
        where: "segment = '06'"
        key: {columns: [arrestee_number]}
        map: {arrest_id: arrestee_number, charge_number: {const: 1}, source_offense_code: arrestee_offense}
        not_supplied: ["*"]
"""
FILE = """\
01INC0000000012026010223
02INC00000000113A12
04INC00000000100125MB
04INC000000001002  FU
05INC0000000010140M
06INC00000000101ARR0000000012026010313A40M
01INC0000000022026010301
02INC000000002240  
04INC00000000200151MW
01INC0000000032026010402
02INC00000000309A11
04INC000000003001x9MB
ZZ something that is no segment
"""


@pytest.fixture
def taken(settings: Settings) -> Settings:
    write_feed(settings, "us_test/nibrs", FEED)
    drop(settings, "2026_01.txt", FILE, "us_test/nibrs")
    fetch(settings, "us_test/nibrs")
    return settings


def test_segments_become_records_of_five_kinds(taken: Settings) -> None:
    (outcome,) = drain(taken, "us_test/nibrs").deliveries
    assert (outcome.state, outcome.message, outcome.rows) == ("applied", None, 13)

    def found(kind: str, *columns: str) -> list[tuple[object, ...]]:
        return sorted(tuple(r[c] for c in columns) for r in current_records(taken, "us_test/nibrs", kind))

    night = datetime(2026, 1, 2, 23)
    assert found("shooting_incident", "incident_id", "occurred_at_local", "source_offense") == [
        ("INC000000001", night, "13A"), ("INC000000003", datetime(2026, 1, 4, 2), "09A"),
    ]  # fmt: skip
    assert found("shooting_victim", "incident_id", "victim_local_id", "occurred_at_local", "is_fatal", "victim_age") == [
        ("INC000000001", "001", night, False, 25), ("INC000000001", "002", night, False, None),
    ]  # fmt: skip
    assert found("shooting_suspect", "incident_id", "suspect_age", "suspect_sex") == [("INC000000001", 40, "M")]
    assert found("arrest", "arrest_id", "incident_id", "arrested_on", "arrestee_age") == [
        ("ARR000000001", "INC000000001", date(2026, 1, 3), 40)
    ]
    assert found("arrest_charge", "arrest_id", "source_offense_code") == [("ARR000000001", "13A")]
    bad = [(q.row_number, q.record_kind, tuple(q.rules)) for q in quarantined(taken, outcome.delivery_id)]
    assert bad == [(12, "shooting_victim", ("unparsed:victim_age",)), (13, "*", ("row_shape",))]
