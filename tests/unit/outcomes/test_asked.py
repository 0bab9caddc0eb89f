"""What cannot be summed or counted is refused, before it is registered and at a run; intervals may have no end."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from feeds.errors import SpecificationError
from outcomes.asked import Publication, overlapping, rows_of
from outcomes.common import NotConverged, from_log
from outcomes.specification import Series, load
from outcomes.trial import tried
from settings import Settings
from support import evaluation_world as world
from support.evaluation_world import SHOOTINGS, SPEC, changed
from support.world import PROJECT, settings_in, write_feed
from warehouse.kept import opened, publication
from warehouse.marts_page import marts

RATE = "marts.mart_pvi__rate"


def prison() -> pd.DataFrame:
    """A facility of two units, two classes of incident and all, two months."""
    rows = [("us_a", level, unit, month, code, number, number / 10)
            for level, unit, share in (("facility", None, 2), ("unit", "A", 1), ("unit", "B", 1))
            for month in (pd.Timestamp("2024-01-01").date(), pd.Timestamp("2024-02-01").date())
            for code, number in (("all", 4 * share), ("assault", 3 * share), ("weapon", 2 * share))]  # fmt: skip
    frame = pd.DataFrame(
        rows, columns=["jurisdiction_id", "level", "unit_id", "month", "class_code", "incidents", "coverage"]
    )
    return frame.assign(facility_id="F")


def asked(folder: Path, where: dict[str, Any], column: str = "incidents", is_count: bool = True) -> list[float]:
    settings = world.installation(folder, {RATE: prison()})
    series = Series(mart="mart_pvi__rate", column=column, unit_column="facility_id", where=where)
    kept = publication(settings)
    with opened(kept) as db:
        found = rows_of(Publication(kept, db, PROJECT), series, ["F"], Path("x.yml"), "outcome", is_count)
    return [float(value) for value in found["value"]]


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ({}, "level: facility"),
        ({"level": "facility"}, "class_code: all"),
        ({"class_code": "all"}, "level: facility"),
        ({"level": "facility", "class_code": ["assault", "weapon"]}, "class_code: assault"),
    ],
)
def test_a_total_and_its_parts_are_not_added(tmp_path: Path, where: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecificationError, match=rf"x\.yml: outcome\.where: .*'F'.*for example `{said}`"):
        asked(tmp_path, where)


def test_one_level_and_class_is_summed(tmp_path: Path) -> None:
    assert asked(tmp_path, {"level": "unit", "class_code": "all"}) == [8, 8]


def test_a_share_is_no_count_but_may_be_an_exposure(tmp_path: Path) -> None:
    one = {"level": "facility", "class_code": "all"}
    with pytest.raises(
        SpecificationError, match=r"outcome\.column: mart_pvi__rate\.coverage is no count: 'F' has 0\.8"
    ):
        asked(tmp_path, one, "coverage")
    assert asked(tmp_path, one, "coverage", is_count=False) == [0.8, 0.8]


def test_marts_say_what_overlaps() -> None:
    for mart in marts(PROJECT):
        columns = {column["name"] for column in mart.columns}
        told = overlapping(PROJECT, mart.name)
        named = {*told, *(name for one in told.values() for name in one.columns)}
        named |= {name for one in told.values() for name, _ in one.unless}
        assert named <= columns, mart.name
        assert "level" not in columns or "level" in told, mart.name


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("outcome.mart", "mart_gvi__nothing", "cannot give this series"),
        ("outcome.column", "nothing", "cannot give this series"),
        ("outcome.feeds", ["us_x/nowhere"], "nothing was delivered by a feed"),
    ],
)
def test_what_no_run_could_find_is_not_registered(tmp_path: Path, path: str, value: Any, said: str) -> None:
    settings = world.installation(tmp_path, {SHOOTINGS: world.shootings(0), world.FRESH: world.freshness()})
    file = world.write_spec(settings, changed(path, value))
    with pytest.raises(SpecificationError, match=said):
        tried(settings, load(file), file)


def test_months_that_lie_ahead_may_be_registered_and_without_a_publication_nothing_is_tried(tmp_path: Path) -> None:
    settings = world.installation(tmp_path, {SHOOTINGS: world.shootings(0)})
    file = world.write_spec(settings, changed("window.last", "2030-12", SPEC))
    assert tried(settings, load(file), file) == []
    empty: Settings = settings_in(tmp_path / "other")
    assert "Nothing was published yet" in tried(empty, load(file), file)[0]


def test_who_registers_before_the_data_arrive_is_told_what_could_not_be_tried(tmp_path: Path) -> None:
    settings = world.installation(tmp_path, {SHOOTINGS: world.shootings(0)})
    file = world.write_spec(settings, changed("units.treated", ["nowhere"]))
    (said,) = tried(settings, load(file), file)
    assert "no rows of 'nowhere'" in said
    fresh = world.installation(tmp_path / "fed", {SHOOTINGS: world.shootings(0), world.FRESH: world.freshness()})
    file = world.write_spec(fresh, changed("outcome.feeds", [write_feed(fresh)]))
    (said,) = tried(fresh, load(file), file)
    assert said == "Nothing was delivered yet by one of the feeds us_test/arrest."


@pytest.mark.parametrize(
    ("mart", "column", "unit_column", "where", "is_refused"),
    [
        ("mart_pvi__rate", "incidents", "class_code", {"level": "facility"}, True),
        ("mart_gvi__arrests_by_offense_month", "arrests", "offense_group_code", {}, True),
        ("mart_gvi__arrests_by_offense_month", "charges", "offense_group_code", {}, False),
        ("mart_dmi__market_month", "drug_calls", "market_id", {"ring_code": "ring", "is_newest": True}, True),
        ("mart_dmi__market_month", "drug_calls", "market_id", {"ring_code": "market", "is_newest": True}, False),
    ],
)
def test_units_that_share_what_they_are_compared_by_are_refused(
    tmp_path: Path, mart: str, column: str, unit_column: str, where: dict[str, Any], is_refused: bool
) -> None:
    row = {"month": pd.Timestamp("2024-01-01").date(), "level": "facility", "ring_code": where.get("ring_code"),
           "is_newest": True, "market_version": 1, column: 3}  # fmt: skip
    frame = pd.DataFrame([row | {unit_column: "one"}, row | {unit_column: "two"}])
    settings = world.installation(tmp_path, {f"marts.{mart}": frame})
    series = Series(mart=mart, column=column, unit_column=unit_column, where=where)
    with opened(publication(settings)) as db:
        source = Publication(publication(settings), db, PROJECT)
        if is_refused:
            with pytest.raises(SpecificationError, match=f"units by {unit_column} share"):
                rows_of(source, series, ["one", "two"], Path("x.yml"), "outcome", True)
        else:
            assert len(rows_of(source, series, ["one", "two"], Path("x.yml"), "outcome", True)) == 2


def test_days_may_have_a_fraction_and_rates_of_days_may_not(tmp_path: Path) -> None:
    one = {"level": "facility", "class_code": "all"}
    frame = prison().assign(person_days_unread=0.5, restrictive_per_100_person_days=0.5)
    settings = world.installation(tmp_path, {RATE: frame})
    with opened(publication(settings)) as db:
        source = Publication(publication(settings), db, PROJECT)
        days = Series(mart="mart_pvi__rate", column="person_days_unread", unit_column="facility_id", where=one)
        assert list(rows_of(source, days, ["F"], Path("x.yml"), "harms.0", True)["value"]) == [0.5, 0.5]
        rate = days.model_copy(update={"column": "restrictive_per_100_person_days"})
        with pytest.raises(SpecificationError, match="is no count"):
            rows_of(source, rate, ["F"], Path("x.yml"), "harms.0", True)


def test_an_interval_beyond_numbers_has_no_end() -> None:
    found = from_log("local level", 0.5, 1000.0, "normal")
    assert (found.low, found.high) == (0.0, math.inf)
    assert found.ratio == pytest.approx(1.6487, abs=1e-4)
    with pytest.raises(NotConverged, match="beyond any number"):
        from_log("local level", 5000.0, 1.0, "normal")


@pytest.mark.parametrize("content", ["", "- 1\n"])
def test_a_file_without_keys_is_sent_to_the_page_of_evaluations(tmp_path: Path, content: str) -> None:
    (tmp_path / "planted.yml").write_text(content)
    with pytest.raises(SpecificationError, match=r"holds no keys.*docs/evaluations\.md"):
        load(tmp_path / "planted.yml")
