"""One data test looks at everything that holds for the rows of a model, and says which column of which row is wrong."""

from __future__ import annotations

from support.warehouse_world import World
from warehouse import transform
from warehouse.engine import engine_for
from warehouse.errors import TransformError

MONTHS = "marts.mart_gvi__shootings_by_area_month"
REVIEW = "marts.mart_gvi__shooting_review"


def said_of(world: World, table: str) -> str:
    """What a run of the data tests of a model says; empty where they pass."""
    try:
        transform.transform(world.settings, select=f"{table.split('.')[1]},resource_type:test")
    except TransformError as error:
        return str(error)
    return ""


def change(world: World, *statements: str) -> None:
    with engine_for(world.settings).session() as db:
        for statement in statements:
            db.execute(statement)


def test_every_problem_of_a_row_is_told_by_its_column(built: World) -> None:
    assert said_of(built, MONTHS) == ""
    row = f"insert into {MONTHS} (jurisdiction_id, area_id, month) values ({{}})"
    change(
        built,
        row.format("'us_aa_first', 'a', date '1999-01-01'"),
        row.format("'us_aa_first', 'a', date '1999-01-01'"),  # twice
        row.format("'us_aa_first', 'a', null"),
        row.format("'us_aa_first', null, date '1999-01-01'"),
        row.format("'us_zz_nowhere', 'a', date '1999-01-01'"),
        row.format("'us_zz_nowhere', 'a', null"),
    )
    said = said_of(built, MONTHS)
    assert "Got 5 results" in said
    for problem in (
        "area_id is missing: 1",
        "month is missing: 1",
        "jurisdiction_id is not in dim_jurisdiction: 1",
        "month is missing; jurisdiction_id is not in dim_jurisdiction: 1",
        "more than one row of jurisdiction_id, area_id, month: 1",
    ):
        assert problem in said, said


def test_a_value_that_is_not_of_the_list_is_told_and_none_is_none(built: World) -> None:
    said = "insert into {} (jurisdiction_id, incident_key, role, route) values ('us_aa_first', '{}', {}, 'none')"
    change(built, said.format(REVIEW, 1, "null"))
    assert said_of(built, REVIEW) == ""
    change(built, said.format(REVIEW, 2, "'witness'"))
    assert "(role is none of its values: 1)" in said_of(built, REVIEW)


def test_a_key_in_which_something_is_missing_is_a_key(built: World) -> None:
    """Two rows that differ in nothing are two, whatever of their key is not known."""
    row = f"insert into {REVIEW} (incident_key, role, route) values ('1', 'victim', 'none')"
    change(built, row)
    assert said_of(built, REVIEW) == ""
    change(built, row)
    assert "more than one row of jurisdiction_id" in said_of(built, REVIEW)
