"""Explaining a cell: every record behind it with its row, what became of it since, and never a name."""

from __future__ import annotations

import importlib.util
import json
import re
from dataclasses import asdict
from pathlib import Path

import pytest

from ingest.api import outcomes
from settings import Settings
from support.audit import columns_read
from support.narrow import builds
from support.simulated import taken_in
from support.warehouse_world import PROJECT, SHOOTINGS, World, make_world, shooting
from warehouse import api
from warehouse.errors import NoPublication, QueryError
from warehouse.explain import explain
from warehouse.marts_page import Mart, marts

pytestmark = pytest.mark.usefixtures("without_data_tests")

MART = "mart_gvi__shootings_by_area_month"
#: Need linked people, which this world has not; their examples are asked where people are linked (test_practice.py,
#: test_call_in.py, test_marts_truth.py).
OF_PEOPLE = {
    "mart_gvi__candidate_reasons", "mart_gvi__coarrest_edge", "mart_gvi__coarrest_edge_linked",
    "mart_gvi__network_node", "mart_gvi__notification", "mart_gvi__shooting_review", "mart_pvi__key_player",
    "mart_ipvi__level", "mart_ipvi__level_reasons", "mart_ipvi__time_to_arrest", "mart_dmi__dealer_tier",
    "mart_dmi__covert_market",
}  # fmt: skip

MARKET = ("market_id", "market_version", "ring_code")


@pytest.mark.builds(MART, "fct_shooting_victim", "fct_shooting_incident")
def test_a_cell_leads_to_its_records_and_tells_why_it_changed(built: World) -> None:
    first = explain(built.settings, MART, "area_id = 'North'")
    assert (first.publication, first.compared_with, first.cells_before) == (1, None, None)
    assert {(s.record_kind, s.record_key, s.row_number, s.fate) for s in first.sources} == {
        ("shooting_incident", "inc1", 1, "same"),
        ("shooting_victim", "v1", 1, "same"),
        ("shooting_victim", "v2", 2, "same"),
    }
    corrected = shooting("shooting_victim", "update", "v1", "i1", is_fatal=True, area_id="North")
    away = shooting(
        "shooting_victim", "update", "v2", "i1", is_fatal=True, area_id="South", victim_last_name="Zzyzxsson"
    )
    new = shooting("shooting_victim", "insert", "v3", "i1", is_fatal=False, area_id="North")
    built.deliver(SHOOTINGS, 2, {"shooting_victim": [away, corrected, new], "shooting_suspect": []})
    api.build(built.settings, built.active)
    second = explain(built.settings, f"marts.{MART}", "area_id = 'North'")
    assert (second.publication, second.compared_with, second.rules_changed) == (2, 1, False)
    assert second.fates == {"new": 1, "corrected": 1, "moved away": 1, "same": 1}
    assert {s.record_key: (s.fate, s.row_number) for s in second.sources if s.record_kind == "shooting_victim"} == {
        "v3": ("new", 3), "v1": ("corrected", 2), "v2": ("moved away", 1),
    }  # fmt: skip
    assert second.cells_before is not None
    killed = second.cells.columns.index("fatal_victims")
    assert (second.cells_before.rows[0][killed], second.cells.rows[0][killed]) == (1, 1)
    south = explain(built.settings, MART, "area_id = 'South'")
    assert south.fates == {"moved here": 1}
    text = json.dumps([asdict(first), asdict(second), asdict(south)], default=str)
    assert not re.search("Zzyzxsson|number-i1|agency-", text)
    gone = built.deliver(SHOOTINGS, 3, {"shooting_victim": [{"op": "delete", "record_key": "v3"}]})
    api.build(built.settings, built.active)
    assert columns_read(built.settings) == set()
    third = explain(built.settings, "core.fct_shooting_victim", "record_key = 'v3'")
    (left,) = third.sources
    assert "core.fct_shooting_victim.victim_age" in columns_read(built.settings)
    assert (third.fates, third.cells.rows) == ({"withdrawn": 1}, [])
    assert (left.row_number, left.withdrawn_by) == (3, gone.batch_id)


def test_what_cannot_be_explained_says_why(built: World, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="no table 'mart_nothing'"):
        explain(built.settings, "mart_nothing", "true")
    with pytest.raises(QueryError, match="does not say which records"):
        explain(built.settings, "mart_ops__feed_freshness", "true")
    with pytest.raises(QueryError, match="cannot be asked"):
        explain(built.settings, MART, "colour = 'red'")
    with pytest.raises(NoPublication):
        explain(make_world(tmp_path / "empty").settings, MART, "true")


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A simulated world that was taken in and built."""
    _, settings = taken_in(tmp_path_factory.mktemp("explained") / "home")
    with builds():
        api.build(settings)
    return settings


@pytest.mark.parametrize(
    ("mart", "kind", "measure"),
    [
        ("mart_gvi__shootings_by_area_month", "shooting_victim", "victims"),
        ("mart_gvi__arrests_by_offense_month", "arrest", "arrests"),
        ("mart_gvi__arrests_by_offense_month", "arrest_charge", "charges"),
        ("mart_supervision__violations_by_month", "probation_violation", "violations"),
        ("mart_scf__response", "probation_violation", "detected"),
        ("mart_pvi__rate", "prison_incident", "incidents"),
        ("mart_gvi__group_involvement", "incident_review", "reviewed"),
        ("mart_support__funnel", "service_referral", "referred"),
        ("mart_dmi__market_cell", "arrest", "drug_arrests"),
        ("mart_ipvi__repeat_calls", "ipv_event", "calls"),
        ("mart_dmi__market_month", "arrest", "drug_arrests"),
    ],
)
def test_as_many_records_as_the_cell_counts(simulated: Settings, mart: str, kind: str, measure: str) -> None:
    """The largest cells of each mart, each against the number it shows."""
    found = api.query(
        simulated, f"select * from marts.{mart} as t where {measure} > 0 order by {measure} desc, hash(t) limit 3"
    )
    assert found.rows
    for row in found.rows:
        cell = dict(zip(found.columns, row))
        keys = ("jurisdiction_id", "area_id", "month", "offense_group_code", "violation_type", "level", "class_code")
        places = [
            name
            for name in (*keys, "facility_id", "unit_id", "service_type_code", "h3_9", "violation_class_code", *MARKET)
            if name in cell
        ]
        where = " and ".join(f"{name} is null" if cell[name] is None else f"{name} = '{cell[name]}'" for name in places)
        told = explain(simulated, mart, where, limit=5000)
        records = [source for source in told.sources if source.record_kind == kind]
        assert len(records) == cell[measure]
        assert {outcome.delivery_id for outcome in outcomes(simulated)} >= {source.batch_id for source in records}
        assert all(source.row_number for source in records)


@pytest.mark.parametrize("mart", [m for m in marts(PROJECT) if m.name not in OF_PEOPLE], ids=lambda mart: mart.name)
def test_the_example_of_each_mart_answers(simulated: Settings, mart: Mart) -> None:
    """As the page prints it, on a simulated world; examples are about places that have data there."""
    assert api.query(simulated, mart.example).rows


def test_every_question_of_the_page_for_analysts_is_answered(
    simulated: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """docs/questions.py runs as a whole on a publication; none of its tables is empty."""
    monkeypatch.setenv("NNSC_HOME", str(simulated.home))
    monkeypatch.delenv("NNSC_PUBLISHED", raising=False)
    spec = importlib.util.spec_from_file_location("questions", PROJECT / "docs" / "questions.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    _, found = module.app.run()
    tables = {name: value for name, value in found.items() if hasattr(value, "empty")}
    assert len(tables) == 5
    assert {name for name, table in tables.items() if table.empty} == set()
    found["db"].close()
