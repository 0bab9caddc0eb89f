"""Supervision and prison marts of random small worlds equal a slow count of the same records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from support.alarm_truth import alarms, person_time
from support.custody_truth import rates, spoken_days
from support.custody_world import Place, caseload, make_place, month_days, violations
from support.movement_world import exposure, stayed, walked
from support.scf_truth import COLUMNS as SCF
from support.scf_truth import responses
from support.warehouse_world import World, make_world
from warehouse import api

RATES = (
    "level, facility_id, unit_id, month, class_code, incidents, participants, victims, adp, days_observed, "
    "incidents_per_100_adp_monthly, participants_per_100_adp_monthly, victims_per_100_adp_monthly"
)
PERSON_TIME = (
    "level, facility_id, unit_id, month, class_code, measure, events, person_days_at_risk, per_100_adp_monthly, "
    "low_per_100_adp_monthly, high_per_100_adp_monthly, per_100_person_years, low_per_100_person_years, "
    "high_per_100_person_years"
)
ALARMS = "level, facility_id, unit_id, month, class_code, incidents, expected_incidents, limit_alarm, change_alarm"
CASELOAD = (
    "area_id, month, people_on_first_day, terms_on_first_day, average_daily_terms, starts, ends, days_known, "
    "is_before_first_delivery"
)
VIOLATIONS = (
    "violation_type, month, violations, violations_with_response, violations_with_custody, cast(custody_days as bigint)"
)

RESTRICTIVE = (
    "level, facility_id, unit_id, month, days_known, person_days, person_days_unread, restrictive_person_days, "
    "restrictive_people, restrictive_per_100_person_days"
)

FACILITIES = "facilities: [{id: F1, name: One, units: [{id: U1, name: a}, {id: U2, name: b}]}, {id: F2, name: Two, valid_to: 2024-01-31}]"


ADJUSTED = "level, facility_id, unit_id, month, class_code, measure, adjusted_person_days, events, adjusted_per_100_person_years"
Table = dict[tuple[Any, ...], tuple[Any, ...]]


class Marts:
    """Reads of the publication: a mart once for all jurisdictions, for a question takes longer than its answer."""

    def __init__(self, world: World) -> None:
        self._settings = world.settings
        self._read: dict[tuple[str, str], dict[str, Table]] = {}

    def table(self, place: Place, columns: str, mart: str, width: int) -> Table:
        """The rows of one jurisdiction: the first ``width`` columns are the key."""
        if (mart, columns) not in self._read:
            rows = api.query(self._settings, f"select jurisdiction_id, {columns} from marts.{mart}").rows
            found: dict[str, Table] = defaultdict(dict)
            for place_id, *row in rows:
                found[place_id][tuple(row[:width])] = tuple(row[width:])
            assert sum(map(len, found.values())) == len(rows)
            self._read[mart, columns] = found
        return self._read[mart, columns].get(place.jurisdiction_id, {})


def agree(found: dict[tuple[Any, ...], tuple[Any, ...]], told: dict[tuple[Any, ...], tuple[Any, ...]]) -> None:
    assert found.keys() == told.keys()
    for key, values in told.items():
        assert found[key] == pytest.approx(values, nan_ok=False), key


def restrictive(place: Place) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Restrictive housing by movements where there are any, else by stays."""
    end = datetime.combine(place.known_on + timedelta(days=1), time())
    told = walked(place.movements, end) if place.movements else stayed(place.stays, end)
    return exposure(list(told), place.known_on)


def adjusted(marts: Marts, place: Place) -> None:
    """The adjusted denominator is the time truly spent there, of the days of which the incidents speak."""
    spent = {cell: values for cell, values in restrictive(place).items() if values[0] >= 0.8 * len(month_days(cell[3]))}
    spoken = spoken_days(place)
    for key, (days, events, rate) in marts.table(place, ADJUSTED, "mart_pvi__person_time", 6).items():
        cell, said = key[:4], spoken.get(key[3], 0)
        if key[5] != "incidents":
            continue
        if cell not in spent or said < 0.8 * len(month_days(key[3])):
            assert (days, rate) == (None, None), key
        else:
            assert days == pytest.approx(spent[cell][1] * said / spent[cell][0])
            assert rate == pytest.approx(events * 36525 / days)


def check(home: Path, seeds: Sequence[int]) -> None:
    world = make_world(home)
    places = [make_place(world, f"us_p{seed}_x", seed) for seed in seeds]
    places.append(make_place(world, "us_long_x", seeds[0], days=430))
    # one place states its facilities, and one of them as closed in January
    stated = next(place for place in places if any(row["facility_id"] == "F2" for row in place.census))
    file = world.settings.jurisdictions / stated.jurisdiction_id / "jurisdiction.yml"
    file.write_text(file.read_text() + FACILITIES)
    built = api.build(world.settings, world.active).transformed
    assert built is not None
    assert [text.split(":")[0] for text in built.warnings if "facilities" in text] == [
        "facilities_of_the_catalogue_fct_custody_day_"
    ]
    rated = revoked = 0
    marts = Marts(world)
    for place in places:
        found = marts.table(place, RATES, "mart_pvi__rate", 5)
        agree(found, rates(place))
        rated += sum(row[5] is not None for row in found.values())
        agree(marts.table(place, PERSON_TIME, "mart_pvi__person_time", 6), person_time(place))
        agree(marts.table(place, ALARMS, "mart_pvi__alarm", 5), alarms(place))
        agree(marts.table(place, RESTRICTIVE, "mart_pvi__restrictive_housing", 4), restrictive(place))
        adjusted(marts, place)
        agree(marts.table(place, CASELOAD, "mart_supervision__caseload_by_month", 2), caseload(place))
        answers = marts.table(place, SCF, "mart_scf__response", 2)
        agree(answers, responses(place))
        revoked += sum(row[-1] is not None and row[-1] > 0 for row in answers.values())
        agree(marts.table(place, VIOLATIONS, "mart_supervision__violations_by_month", 2), violations(place))
    assert rated > 50
    assert revoked > 10
    seen = {row[2:] for row in alarms(places[-1]).values()}
    assert {("rise", "rise"), ("none", "none"), (None, None)} <= seen
    explained = "select count(*) from marts.mart_pvi__rate where (rate_note is null) <> (incidents_per_100_adp_monthly"
    explained += " + participants_per_100_adp_monthly + victims_per_100_adp_monthly is not null)"
    assert api.query(world.settings, explained).rows == [(0,)]


#: All of them stand in one world: a build takes a minute, however many places it has.
SEEDS = [*range(12), *range(100, 140), *range(200, 240)]


@pytest.mark.slow
def test_many_random_prisons_and_offices(tmp_path: Path) -> None:
    check(tmp_path / "home", SEEDS)
