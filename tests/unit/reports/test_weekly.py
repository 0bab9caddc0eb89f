"""The weekly review from marts to the page: every number counted again, day by day, from the people who were shot."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta

from reports.content import Page, Table
from reports.source import Source
from reports.weekly import GROUPS, LENGTHS, RECENT, pages
from reports.wording import words
from support.reports_weekly import COUNTS, counted

PLACE, UNTIL, SINCE = "us_x", date(2024, 3, 10), date(2020, 6, 1)
EN = words("en")


def people_shot() -> pd.DataFrame:
    """A person each; two share an incident now and then."""
    rng = np.random.default_rng(20240310)
    rows = []
    for n in range((UNTIL - SINCE).days + 1):
        for area, often in (("North", 0.9), ("South", 0.3), ("not recorded", 0.02)):
            if rng.random() < often * (0.5 if n > 1300 else 1):
                rows += [(f"{n}-{area}", SINCE + timedelta(days=n), area, bool(rng.random() < 0.2))
                         for _ in range(rng.choice([1, 2]))]  # fmt: skip
    return pd.DataFrame(rows, columns=["incident", "day", "area", "is_fatal"])


def page_of(shot: pd.DataFrame, groups: pd.DataFrame | None = None, tier: str = "T2") -> Page | None:
    """The page of marts that say what the people say."""
    rows = [
        {"jurisdiction_id": PLACE, "area_id": area, "length_days": length, "years_before": years, "first_on": first,
         "last_on": last, "is_comparable": shot.day.min() <= first, **counts}
        for area in sorted(set(shot.area)) for length in LENGTHS for years in range(4)
        for first, last, counts in [counted(shot[shot.area == area], UNTIL, length, years)]
    ]  # fmt: skip
    with duckdb.connect() as db:
        db.execute("create schema marts")
        for name, table in ((RECENT, pd.DataFrame(rows)), (GROUPS, groups)):
            if table is not None:
                db.register("given", table)
                db.execute(f"create table {name} as from given")
        at = datetime(2024, 3, 12, tzinfo=UTC)
        tables = frozenset({RECENT} if groups is None else {RECENT, GROUPS})
        found = pages(Source(7, at, tier, None, True, db, tables), EN)
    return found[0] if found else None


def tables(page: Page | None) -> dict[str, Table]:
    assert page is not None
    return {table.caption: table for section in page.sections for table in section.tables}


def text(page: Page | None, name: str) -> str:
    assert page is not None
    return " ".join(next(section for section in page.sections if section.name == name).paragraphs)


@pytest.mark.parametrize("length", LENGTHS)
def test_now_against_the_year_before_and_the_mean_of_three(length: int) -> None:
    shot = people_shot()
    periods = [counted(shot, UNTIL, length, years) for years in range(4)]
    first, _, now = periods[0]
    shown = tables(page_of(shot))[f"The last {length} days, from {first} to {UNTIL}"]
    for row, name in zip(shown.rows, COUNTS, strict=True):
        earlier = [counts[name] for _, _, counts in periods[1:]]
        assert row[1:3] == [str(now[name]), str(earlier[0])], name
        assert row[4] == f"{sum(earlier) / 3:.1f}", name
        # Clopper-Pearson on the share of now in the total, with three years of exposure before
        high = beta.ppf(0.975, now[name] + 1, sum(earlier)) if sum(earlier) else 1.0
        upper = 3 * high / (1 - high)
        assert f"to {EN.change(upper)})" in row[5], name
        assert row[5].endswith("fewer so far") == (upper < 1), name
    assert any(row[5].endswith("fewer so far") for row in shown.rows) or length < 30


def test_areas_are_counted_apart_and_those_without_any_are_left_out() -> None:
    shot = people_shot()
    shown = tables(page_of(shot))["By area, the last 7 days"]
    told = {row[0]: list(row[1:]) for row in shown.rows}
    for area in ("North", "South"):
        periods = [counted(shot[shot.area == area], UNTIL, 7, years)[2] for years in range(4)]
        mean = sum(counts["victims"] for counts in periods[1:]) / 3
        assert told[area] == [*(str(periods[0][name]) for name in COUNTS), str(periods[1]["victims"]), f"{mean:.1f}"]
    nowhere = [counted(shot[shot.area == "not recorded"], UNTIL, 7, years)[2]["victims"] for years in range(4)]
    assert ("not recorded" in told) == bool(sum(nowhere))
    lost = counted(shot[shot.area == "not recorded"], UNTIL, 30, 0)[2]["victims"]
    everybody = counted(shot, UNTIL, 30, 0)[2]["victims"]
    assert f"of {everybody} people shot in the last 30 days, {lost} have no area" in text(page_of(shot), "unknown")


def test_days_before_the_feed_are_no_zeros() -> None:
    shot = people_shot()
    begun = shot[shot.day >= date(2023, 2, 20)]
    page = page_of(begun)
    shown = tables(page)
    week, month = (next(t for name, t in shown.items() if name.startswith(f"The last {n} days")) for n in (7, 30))
    assert all(row[2] != "–" and row[4] == row[5] == "–" for row in week.rows)
    assert all(row[2:] == ["–"] * 4 for row in month.rows)
    assert "the feed may begin there" in text(page, "newest")
    assert page is not None
    assert page.sections[0].figure is None  # one year alone is no comparison


def test_three_rates_of_group_involvement_or_that_nothing_is_known() -> None:
    groups = pd.DataFrame([
        {"jurisdiction_id": PLACE, "month": date(2024, 3, 1), "incidents": 10, "reviewed": 9, "unknown": 2,
         "share_confirmed": 4 / 10, "share_likely": 6 / 10, "share_confirmed_of_known": 4 / 8, "is_whole_month": False},
        {"jurisdiction_id": PLACE, "month": date(2024, 2, 1), "incidents": 3, "reviewed": 0, "unknown": 3,
         "share_confirmed": None, "share_likely": None, "share_confirmed_of_known": None, "is_whole_month": True},
    ])  # fmt: skip
    shot = people_shot()
    shown = tables(page_of(shot, groups))["Shooting incidents and what their newest reviews say"]
    assert shown.rows == [["2024-03*", "10", "9", "2", "40%", "60%", "50%"], ["2024-02", "3", "0", "3", "–", "–", "–"]]
    nothing = page_of(shot, groups.iloc[1:])
    assert "that is not the same as none" in text(nothing, "groups")
    assert "that is not the same as none" in text(page_of(shot), "groups")
    assert "cannot be estimated" in text(nothing, "late")


def test_where_small_numbers_are_left_out_there_is_no_page() -> None:
    assert page_of(people_shot(), tier="T1") is None
