"""Series from a publication: what the source says, summed; a missing month is never zero."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from feeds.errors import SpecificationError
from outcomes.asked import Publication
from outcomes.series import Extract, MissingMonths, extract
from outcomes.specification import load
from settings import Settings
from support import evaluation_world as world
from support.evaluation_world import CITIES, FRESH, SHOOTINGS, SPEC, ZERO, changed
from warehouse.kept import opened, publication


@contextmanager
def source(settings: Settings) -> Iterator[Publication]:
    kept = publication(settings)
    with opened(kept) as db:
        yield Publication(kept, db, world.PROJECT)


def taken(settings: Settings, spec: dict[str, Any]) -> Extract:
    file = world.write_spec(settings, spec)
    found = load(file)
    with source(settings) as opened_source:
        return extract(opened_source, found.outcome, CITIES, found.window, file, "outcome")


def without(rows: pd.DataFrame, city: str, month: str) -> pd.DataFrame:
    return rows[~((rows["jurisdiction_id"] == city) & (rows["month"].astype(str) == month))]


ASKED = changed("outcome", SPEC["outcome"] | ZERO)


def test_sums_are_those_of_the_source(tmp_path: Path) -> None:
    rows = world.shootings(0)
    found = taken(world.installation(tmp_path, {SHOOTINGS: rows}), SPEC)
    for city in CITIES:
        expected = rows[rows["jurisdiction_id"] == city].groupby("month")["victims"].sum()
        assert found.values[city].tolist() == expected.tolist()
    assert found.zeros == 0


def test_a_filter_keeps_its_rows(tmp_path: Path) -> None:
    rows = world.shootings(0)
    spec = changed("outcome", SPEC["outcome"] | {"where": {"area_id": ["North"]}})
    found = taken(world.installation(tmp_path, {SHOOTINGS: rows}), spec)
    assert found.values.to_numpy().sum() == rows[rows["area_id"] == "North"]["victims"].sum()


def test_a_month_without_a_row_is_missing_and_named(tmp_path: Path) -> None:
    rows = without(world.shootings(0), CITIES[2], "2022-05-01")
    settings = world.installation(tmp_path, {SHOOTINGS: rows, FRESH: world.freshness()})
    with pytest.raises(MissingMonths, match=f"{CITIES[2]} 2022-05.*Missing is not zero.*outcome.zero_months"):
        taken(settings, SPEC)
    declared = taken(settings, ASKED)
    assert declared.zeros == 1
    assert declared.values.loc[pd.Timestamp("2022-05-01").date(), CITIES[2]] == 0


def test_months_before_the_first_row_stay_missing_whatever_is_declared(tmp_path: Path) -> None:
    rows = without(world.shootings(0), CITIES[2], "2021-01-01")
    settings = world.installation(tmp_path, {SHOOTINGS: rows, FRESH: world.freshness()})
    with pytest.raises(MissingMonths, match=f"{CITIES[2]} 2021-01"):
        taken(settings, ASKED)


def test_a_value_that_is_left_out_is_not_zero_nor_the_rest_of_its_month(tmp_path: Path) -> None:
    rows = world.shootings(0).astype({"victims": "float64"})
    rows.loc[10, "victims"] = np.nan  # one of two areas
    settings = world.installation(tmp_path, {SHOOTINGS: rows, FRESH: world.freshness()})
    with pytest.raises(MissingMonths, match=f"{CITIES[0]} {rows.loc[10, 'month']:%Y-%m}"):
        taken(settings, ASKED)


@pytest.mark.parametrize("until", ["2026-01-01 11:00", "2025-12-30"])
def test_the_last_month_must_have_ended_for_every_feed(tmp_path: Path, until: str) -> None:
    settings = world.installation(tmp_path, {SHOOTINGS: world.shootings(0), FRESH: world.freshness(until)})
    with pytest.raises(MissingMonths, match="2025-12 is not whole"):
        taken(settings, ASKED)


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ({"column": "killed"}, "describe marts.mart_gvi__shootings_by_area_month"),
        ({"mart": "mart_gvi__nothing"}, "cannot give this series"),
        ({"where": {"area_id": "West"}}, f"no rows of '{CITIES[0]}'"),
        (ZERO | {"feeds": ["us_zz_typo/shooting"]}, "us_zz_typo/shooting"),
    ],
)
def test_names_that_do_not_exist_are_told(tmp_path: Path, outcome: dict[str, Any], said: str) -> None:
    settings = world.installation(tmp_path, {SHOOTINGS: world.shootings(0), FRESH: world.freshness()})
    with pytest.raises(SpecificationError, match=said):
        taken(settings, changed("outcome", SPEC["outcome"] | outcome))


def test_columns_above_t2_are_refused(tmp_path: Path) -> None:
    rows = world.shootings(0)
    settings = world.installation(tmp_path, {SHOOTINGS: rows})
    assert taken(settings, SPEC).zeros == 0
    tier = {"tier": "T3", "columns": dict.fromkeys(rows.columns, "T2") | {"victims": "T3"}}
    world.publish(settings, 2, {SHOOTINGS: rows}, {SHOOTINGS: tier})
    with pytest.raises(SpecificationError, match="names people or victims"):
        taken(settings, SPEC)
