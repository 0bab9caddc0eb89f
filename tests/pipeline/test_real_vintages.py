"""Real published vintages through ingest, against the files themselves read with the csv module."""

from __future__ import annotations

import csv
import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ingest.api import active_change_sets, current_records, drain, fetch, quarantined, replay
from settings import Settings, load_settings

NYPD, BOSTON, PHILADELPHIA, ARRESTS = (
    "us_ny_nyc/shooting_historic", "us_ma_boston/shooting", "us_pa_philadelphia/shooting", "us_ny_nyc/arrest",
)  # fmt: skip
VINTAGES = {
    NYPD: [
        ("2020-02-15", "nypd-shooting/nypd_shooting_historic_2020-02.csv"),
        ("2021-05-15", "nypd-shooting/nypd_shooting_historic_2021-05.csv"),
        ("2022-04-15", "nypd-shooting/nypd_shooting_historic_2022-04.csv"),
    ],
    BOSTON: [
        ("2021-12-31", "boston-shootings/Shootings_2021-12.csv"),
        ("2023-03-31", "boston-shootings/Shootings_2023-03.csv"),
        ("2025-03-31", "boston-shootings/shootings_2025-03.csv"),
    ],
    PHILADELPHIA: [
        ("2021-07-23", "philly-shootings/shootings_2021-07-23.csv"),
        ("2021-11-02", "philly-shootings/shootings_2021-11-02.csv"),
        ("2021-12-10", "philly-shootings/shootings_2021-12-10.csv"),
        ("2023-08-24", "philly-shootings/shootings_2023-08-24.csv"),
    ],
}  # fmt: skip
#: Victims, incidents and fatal victims of each vintage (the issue's numbers; the last NYPD and Boston ones are theirs).
GOLDEN = {
    NYPD: [(21408, 16862, 4081), (21626, 17031, 4127), (23585, 18564, 4500)],
    BOSTON: [(1586, None, 261), (1798, None, 300), (2061, None, 344)],
    PHILADELPHIA: [(10161, None, None), (10732, None, None), (11193, None, None), (14751, None, None)],
}


def instant(day: str) -> datetime:
    """The end of that day where the files come from, which is what ``--known-at DATE`` means."""
    following = datetime.fromisoformat(day) + timedelta(days=1)
    return following.replace(tzinfo=ZoneInfo("America/New_York")).astimezone(UTC)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, real: Path) -> Settings:
    """All vintages of the three feeds, in order."""
    settings = load_settings(home=tmp_path_factory.mktemp("real"))
    for feed_id, vintages in VINTAGES.items():
        for day, name in vintages:
            take(settings, feed_id, real / name, day)
    return settings


def take(settings: Settings, feed_id: str, file: Path, day: str) -> None:
    fetch(settings, feed_id, [file], instant(day))
    outcomes = drain(settings, feed_id).deliveries
    assert [outcome.state for outcome in outcomes] == ["applied"]


@lru_cache
def victims_in(file: Path, feed_id: str) -> tuple[tuple[object, ...], ...]:
    """The victims of a file as tuples, by rules written here anew: id, local time, fatal, sex, age, latitude."""
    with file.open(encoding="utf-8-sig", newline="") as handle:
        rows = [{k.lower(): v.strip() for k, v in row.items()} for row in csv.DictReader(handle)]
    make = {NYPD: _nypd, BOSTON: _boston, PHILADELPHIA: _philadelphia}[feed_id]
    return tuple(sorted((found for row in rows if (found := make(row)) is not None), key=repr))


def _nypd(row: dict[str, str]) -> tuple[object, ...]:
    month, day, year = (int(part) for part in row["occur_date"].split("/"))
    hour, minute, second = (int(part) for part in row["occur_time"].split(":"))
    moment = datetime(year if year > 99 else 2000 + year, month, day, hour, minute, second)
    fatal = row["statistical_murder_flag"].lower() == "true"
    return row["incident_key"], moment, fatal, row["vic_sex"] or None, row["vic_age_group"] or None


def _boston(row: dict[str, str]) -> tuple[object, ...]:
    moment = datetime.fromisoformat(row["shooting_date"].removesuffix("+00"))
    sex, fatal = row["victim_gender"] or None, row["shooting_type_v2"] == "Fatal"
    return row["incident_num"], moment, fatal, sex, None


def _philadelphia(row: dict[str, str]) -> tuple[object, ...] | None:
    if row["officer_involved"] == "Y" or not row["dc_key"]:
        return None
    moment = datetime.fromisoformat(f"{row['date_'][:10]} {row['time']}")
    age = str(int(row["age"])) if row["age"] else None
    return row["dc_key"].removesuffix(".0"), moment, row["fatal"] == "1", row["sex"] or None, age


def victims_known(settings: Settings, feed_id: str, day: str) -> tuple[tuple[object, ...], ...]:
    found = []
    for r in current_records(settings, feed_id, "shooting_victim", instant(day)):
        age = r["victim_age_group"] if feed_id == NYPD else (None if r["victim_age"] is None else str(r["victim_age"]))
        found.append((r["incident_id"], r["occurred_at_local"], r["is_fatal"], r["victim_sex"], age))
    return tuple(sorted(found, key=repr))


CASES = [(feed_id, number) for feed_id, vintages in VINTAGES.items() for number in range(len(vintages))]


@pytest.mark.parametrize(("feed_id", "number"), CASES)
def test_records_as_known_at_each_vintage_equal_that_file(
    loaded: Settings, real: Path, feed_id: str, number: int
) -> None:
    day, name = VINTAGES[feed_id][number]
    expected = victims_in(real / name, feed_id)
    assert victims_known(loaded, feed_id, day) == expected
    victims, incidents, fatal = GOLDEN[feed_id][number]
    keyless = 6 if name.endswith("2021-12-10.csv") else 0
    assert len(expected) == victims - keyless
    if fatal is not None:
        assert sum(bool(victim[2]) for victim in expected) == fatal
    if incidents is not None:
        assert len(current_records(loaded, feed_id, "shooting_incident", instant(day))) == incidents


def test_impossible_suspect_ages_quarantine_suspects_only(loaded: Settings) -> None:
    for change_set in active_change_sets(loaded):
        if change_set.feed_id == NYPD:
            rows = quarantined(loaded, change_set.batch_id)
            assert {row.record_kind for row in rows} == {"shooting_suspect"}
            assert sorted(row.row["PERP_AGE_GROUP"] for row in rows) == ["1020", "224", "940"]


def test_philadelphia_quarantine_names_exactly_the_rows_without_a_number(loaded: Settings) -> None:
    rows = [r for s in active_change_sets(loaded) if s.feed_id == PHILADELPHIA for r in quarantined(loaded, s.batch_id)]
    victims = [row for row in rows if row.record_kind == "shooting_victim"]
    assert len(victims) == 6
    assert all(row.row["dc_key"] is None and row.rules[0] == "key_missing" for row in victims)


@pytest.mark.parametrize("feed_id", list(VINTAGES))
def test_updates_are_the_multiset_minimum(loaded: Settings, feed_id: str) -> None:
    sets = [s for s in active_change_sets(loaded) if s.feed_id == feed_id]
    for (day, _), (next_day, _), change_set in zip(VINTAGES[feed_id], VINTAGES[feed_id][1:], sets[1:], strict=False):
        before, after = (
            Counter(
                (r["incident_id"], tuple((k, v) for k, v in sorted(r.items()) if k != "record_key"))
                for r in current_records(loaded, feed_id, "shooting_victim", instant(d))
            )
            for d in (day, next_day)
        )
        gone, new = Counter[str](), Counter[str]()
        for (key, _), count in (before - after).items():
            gone[key] += count
        for (key, _), count in (after - before).items():
            new[key] += count
        minimum = sum(min(gone[key], new[key]) for key in gone)
        counts = change_set.counts["shooting_victim"]
        assert counts["update"] == minimum
        assert counts["insert"] == new.total() - minimum
        assert counts["delete"] == gone.total() - minimum


def test_a_changed_date_format_is_not_a_correction(loaded: Settings) -> None:
    """The 2021 NYPD file writes times, flags and coordinates otherwise; three victims really differ."""
    second = [s for s in active_change_sets(loaded) if s.feed_id == NYPD][1]
    assert second.counts["shooting_victim"]["update"] == 3


def history(settings: Settings, feed_id: str) -> list[tuple[object, ...]]:
    """Every known-at with its records, keys included: what must not depend on the order of arrival."""
    found: list[tuple[object, ...]] = []
    for change_set in sorted(
        (s for s in active_change_sets(settings) if s.feed_id == feed_id), key=lambda s: s.known_at
    ):
        for kind in sorted(change_set.counts):
            records = current_records(settings, feed_id, kind, change_set.known_at)
            found.append((change_set.known_at, kind, change_set.counts[kind], records))
    return found


def _keyed_alike(settings: Settings, like: Settings) -> Settings:
    """The same pseudonym key, so that record keys can be compared between installations."""
    (settings.home / "secret").mkdir(parents=True)
    (settings.home / "secret" / "pseudonym.key").write_bytes((like.home / "secret" / "pseudonym.key").read_bytes())
    return settings


def _orders(feed_id: str) -> list[tuple[int, ...]]:
    """All other orders of Boston's; of the large files the reverse, and those where the last to come is the oldest or
    takes its place between two that are there."""
    numbers = tuple(range(len(VINTAGES[feed_id])))
    if feed_id == BOSTON:
        return [order for order in itertools.permutations(numbers) if order != numbers]
    return [numbers[::-1], (*numbers[1:], 0), (2, 0, 3, 1) if len(numbers) == 4 else (0, 2, 1)]


ORDERS = [
    pytest.param(feed_id, order, id=f"{feed_id} {order}", marks=[pytest.mark.slow] if feed_id != BOSTON else [])
    for feed_id in VINTAGES
    for order in _orders(feed_id)
]


@pytest.mark.parametrize(("feed_id", "order"), ORDERS)
def test_any_order_of_arrival_ends_in_the_same_history(
    loaded: Settings, real: Path, tmp_path: Path, feed_id: str, order: tuple[int, ...]
) -> None:
    settings = _keyed_alike(load_settings(home=tmp_path / "other"), loaded)
    for number in order:
        day, name = VINTAGES[feed_id][number]
        take(settings, feed_id, real / name, day)
    assert history(settings, feed_id) == history(loaded, feed_id)


def test_replay_from_landing_ends_in_the_same_history(loaded: Settings, real: Path, tmp_path: Path) -> None:
    settings = _keyed_alike(load_settings(home=tmp_path / "other"), loaded)
    for day, name in VINTAGES[NYPD]:
        take(settings, NYPD, real / name, day)
    assert replay(settings, NYPD) == 3
    assert history(settings, NYPD) == history(loaded, NYPD)


def test_the_same_delivery_again_changes_nothing(loaded: Settings, real: Path) -> None:
    before = active_change_sets(loaded)
    day, name = VINTAGES[BOSTON][2]
    assert fetch(loaded, BOSTON, [real / name], instant(day)).delivery_ids == []
    assert drain(loaded, BOSTON).deliveries == []
    assert active_change_sets(loaded) == before


def test_a_publisher_that_reverts(real: Path, tmp_path: Path) -> None:
    """A, B, A: the third delivery is applied and ends where the first stood."""
    settings = load_settings(home=tmp_path / "reverts")
    first, second = (real / name for _, name in VINTAGES[BOSTON][:2])
    for file, day in ((first, "2021-12-31"), (second, "2022-06-30"), (first, "2022-07-31")):
        # The older file is smaller: below the floor of 80% it would be held, which is another test.
        take(settings, BOSTON, file, day)
    now, then = (current_records(settings, BOSTON, "shooting_victim", instant(d)) for d in ("2022-08-01", "2022-01-01"))
    assert now == then
    assert len(active_change_sets(settings)) == 3


def test_arrest_extracts_add_up(real: Path, tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "arrests")
    take(settings, ARRESTS, real / "nypd-arrests/NYPD_Arrests_Data__DEC2017.csv", "2018-01-31")
    take(settings, ARRESTS, real / "nypd-arrests/NYPD_Arrest_Data__Year_to_Date__2022-02.csv", "2022-02-15")
    assert len(current_records(settings, ARRESTS, "arrest")) == 19452 + 13224


def test_mississippi_counts_the_days_that_were_observed(real: Path, tmp_path: Path) -> None:
    settings, file = load_settings(home=tmp_path / "var"), real / "mississippi-doc/daily_total_inmate_pop.csv"
    take(settings, "us_ms_state/doc_population", file, "2020-12-31")
    with file.open(encoding="utf-8-sig", newline="") as handle:
        told = {row["date"]: row["total population"] for row in csv.DictReader(handle)}
    records = current_records(settings, "us_ms_state/doc_population", "custody_census")
    assert {str(r["snapshot_on"]): str(r["people_count"]) for r in records} == {d: n for d, n in told.items() if n}
    assert (len(told), len(records)) == (6981, 6981 - 37)
