"""Values that nothing maps wait for a person, and what a person decides holds from the next build on."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli import nnsc
from ingest.crosswalk import decisions, revoke
from ingest.errors import WrongState
from support.audit import columns_read
from support.warehouse_world import ARRESTS, SHOOTINGS, World
from warehouse import api
from warehouse.crosswalk import approve, suggest, todo
from warehouse.errors import CrosswalkError

pytestmark = pytest.mark.usefixtures("without_data_tests")

ZONING = "select offense_code, offense_mapping, offense_group_code from core.fct_arrest_charge where source_offense = 'Zoning'"


def ask(world: World, sql: str) -> list[tuple[Any, ...]]:
    return api.query(world.settings, sql).rows


def nnsc_in(world: World, *arguments: str) -> Result:
    settings = {"NNSC_HOME": str(world.settings.home), "NNSC_JURISDICTIONS": str(world.settings.jurisdictions)}
    return CliRunner().invoke(nnsc, list(arguments), env=settings)


def test_codes_stand_beside_the_source_text_with_how_they_were_found(built: World) -> None:
    charges = ask(
        built,
        "select source_offense, offense_code, offense_mapping, offense_group_code, charge_level_mapping "
        "from core.fct_arrest_charge order by charge_number",
    )
    assert charges == [
        ("ROBBERY 2", "120", "rule", "robbery", "not_recorded"),
        ("Zoning", None, "unmapped", "unmapped", "not_recorded"),
        (None, None, "not_recorded", "not_recorded", "not_recorded"),
    ]
    sexes = "select victim_sex_code, victim_sex_mapping, count(*) from core.fct_shooting_victim group by all order by 3"
    assert ask(built, sexes) == [("M", "rule", 1), (None, "not_recorded", 3)]
    share = "select records, share_mapped, share_with_code from marts.mart_ops__mapping where terminology_id = 'nibrs_offense'"
    assert ask(built, share) == [(2, 0.5, 0.5)]


@pytest.mark.builds("fct_arrest_charge", "dim_crosswalk", "dim_code")
def test_an_approval_holds_from_the_next_build_on_and_can_be_taken_back(built: World) -> None:
    waiting = [(u.terminology_id, u.feed_id, u.source_value, u.records) for u in todo(built.settings)]
    assert waiting == [("nibrs_offense", ARRESTS, "Zoning", 1)]
    assert columns_read(built.settings) == {f"core.dim_crosswalk.{c}" for c in ("source_value", "code", "mapping")}
    approve(built.settings, "nibrs_offense", ARRESTS, "zoning", "90Z", "a clerk", "a rule of the city")
    assert not api.is_settled(built.settings, built.active)
    api.build(built.settings, built.active)
    assert ask(built, ZONING) == [("90Z", "manual", "no_group")]
    assert todo(built.settings) == []
    revoke(built.settings, "nibrs_offense", ARRESTS, "Zoning", "a clerk", "it was another Zoning")
    api.build(built.settings, built.active)
    assert ask(built, ZONING) == [(None, "unmapped", "unmapped")]
    with pytest.raises(WrongState, match="Nothing was decided"):
        revoke(built.settings, "nibrs_offense", ARRESTS, "Zoning", "a clerk", "twice")


@pytest.mark.builds("fct_arrest_charge", "dim_crosswalk")
def test_a_decision_that_no_code_fits_ends_the_wait_too(built: World) -> None:
    approve(built.settings, "nibrs_offense", "*", "Zoning", "none", "a clerk", "no offense of NIBRS")
    approve(built.settings, "nibrs_offense", ARRESTS, "ROBBERY 2", "13A", "a clerk", "as this agency uses it")
    api.build(built.settings, built.active)
    assert ask(built, ZONING) == [(None, "manual", "no_group")]
    robbery = ZONING.replace("Zoning", "ROBBERY 2")
    assert ask(built, robbery) == [("13A", "manual", "aggravated_assault")]
    kept = [(d.feed_id, d.source_value, d.code, d.who, d.why) for d in decisions(built.settings)]
    assert kept == [
        ("*", "Zoning", None, "a clerk", "no offense of NIBRS"),
        (ARRESTS, "ROBBERY 2", "13A", "a clerk", "as this agency uses it"),
    ]
    published = [name for (name,) in ask(built, "select column_name from information_schema.columns")]
    assert not {"who", "why"} & set(published)


@pytest.mark.parametrize(
    ("terminology", "feed", "value", "code", "said"),
    [
        ("nibrs_ofense", ARRESTS, "Zoning", "90Z", "no list"),
        ("nibrs_offense", ARRESTS, "Zoning", "90ZZ", "Did you mean 90Z"),
        ("nibrs_offense", ARRESTS, "Zonning", "90Z", "No record"),
        ("nibrs_offense", SHOOTINGS, "Zoning", "90Z", "No record"),
    ],
)
def test_what_does_not_exist_cannot_be_decided_about(
    built_once: World, terminology: str, feed: str, value: str, code: str, said: str
) -> None:
    with pytest.raises(CrosswalkError, match=said):
        approve(built_once.settings, terminology, feed, value, code, "a clerk", "a reason")
    assert decisions(built_once.settings) == []


def test_the_command_line_lists_decides_and_refuses(built: World) -> None:
    listed = nnsc_in(built, "crosswalk", "todo", "--json")
    assert json.loads(listed.output)[0]["value"] == "Zoning"
    done = nnsc_in(built, "crosswalk", "approve", "nibrs_offense", ARRESTS, "Zoning", "90Z", "--why", "read it")
    assert done.exit_code == 0, done.output
    assert "means 90Z" in done.output
    assert json.loads(nnsc_in(built, "crosswalk", "decisions", "--json").output)[0]["why"] == "read it"
    wrong = nnsc_in(built, "crosswalk", "approve", "nibrs_offense", ARRESTS, "Zoning", "XX", "--why", "read it")
    assert isinstance(wrong.exception, CrosswalkError)


def test_suggestions_are_codes_whose_known_words_resemble_the_text() -> None:
    known = {"Robbery": "120", "ROBBERY 2": "120", "Aggravated Assault": "13A", "Arson": "200"}
    assert suggest("ROBERY, 2ND DEGREE", known)[0] == "120"
    assert suggest("assault aggrav.", known)[0] == "13A"
    assert suggest("qwxz", known) == []
