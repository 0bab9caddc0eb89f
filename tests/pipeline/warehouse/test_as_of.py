"""A mart as of an instant equals what a warehouse shows that never saw more; both outcomes of a victim stay visible."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from support.audit import columns_read
from support.narrow import builds
from support.warehouse_world import ARRESTS, SHOOTINGS, START, VICTIMS_ONLY, World, copy_of, shooting
from warehouse import api
from warehouse.asof import as_of
from warehouse.engine import engine_for
from warehouse.errors import QueryError

AREAS, FRESHNESS = "marts.mart_gvi__shootings_by_area_month", "marts.mart_ops__feed_freshness"
MODELS = [AREAS, FRESHNESS, "core.fct_arrest_charge"]
ALSO = ["core.fct_arrest", "core.fct_shooting_reclassification", "core.fct_shooting_victim_history"]


def shown(world: World, model: str) -> list[tuple[Any, ...]]:
    return api.query(world.settings, f"select * from {model} order by all").rows


def later_deliveries(world: World) -> None:
    """A victim dies late, another is taken back, an arrest waits for a correction and gets it, a charge is new."""
    died = shooting("shooting_victim", "update", "v1", "i1", is_fatal=True, area_id="North", victim_sex="M")
    world.deliver(SHOOTINGS, 40, {"shooting_victim": [died]})
    world.deliver(VICTIMS_ONLY, 41, {"shooting_victim": [{"op": "delete", "record_key": "w2"}]})
    world.deliver(ARRESTS, 42, {"arrest": [{"op": "mark", "record_key": "a1"}]})
    world.deliver(ARRESTS, 43, {"arrest": [{"op": "clear", "record_key": "a1"}]})
    charge = {"op": "insert", "record_key": "c9", "arrest_key": "k1", "arrest_id": "7", "charge_number": 9}
    world.deliver(ARRESTS, 44, {"arrest_charge": [{**charge, "source_offense": "ARSON"}]})


@pytest.fixture(scope="module")
def later(built_once: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The built world after the later deliveries; asked, never changed."""
    world = copy_of(built_once, tmp_path_factory.mktemp("later") / "home")
    later_deliveries(world)
    with builds(*(model.split(".")[1] for model in [*MODELS, *ALSO])):
        api.build(world.settings, world.active)
    return world


def test_marts_and_facts_as_of_an_instant_are_what_was_shown_then(built_once: World, later: World) -> None:
    before = {model: shown(built_once, model) for model in MODELS}
    now = {model: shown(later, model) for model in MODELS}
    assert all(before[model] != now[model] for model in MODELS)
    for model in MODELS:
        found = as_of(later.settings, START + timedelta(days=2), model)
        assert found.rows == before[model], model
    # what was pending then and is no longer
    pending = as_of(later.settings, START + timedelta(days=42), "core.fct_arrest", "is_pending_correction")
    assert [row[pending.columns.index("record_key")] for row in pending.rows] == ["a1"]
    assert api.query(later.settings, "select count(*) from core.fct_arrest where is_pending_correction").rows == [(0,)]
    # nothing of it stays, and the publication is what it was
    with engine_for(later.settings).session() as db:
        left = db.execute("select schema_name from information_schema.schemata where schema_name like 'as_of%'")
        assert left.fetchall() == []
    assert {model: shown(later, model) for model in MODELS} == now


def test_a_late_death_reclassifies_and_both_states_stay_visible(later: World) -> None:
    fatal = f"select fatal_victims, nonfatal_victims from {AREAS} where jurisdiction_id = 'us_aa_first'"
    assert api.query(later.settings, fatal).rows == [(2, 0)]
    then = as_of(later.settings, date(2024, 1, 31), AREAS, "jurisdiction_id = 'us_aa_first'")
    assert [dict(zip(then.columns, row, strict=True))["fatal_victims"] for row in then.rows] == [1]
    changed = "select record_key, was_fatal, is_fatal from core.fct_shooting_reclassification"
    assert api.query(later.settings, changed).rows == [("v1", False, True)]
    both = "select is_fatal from core.fct_shooting_victim_history where record_key = 'v1' order by known_from"
    assert api.query(later.settings, both).rows == [(False,), (True,)]


def test_a_date_is_the_end_of_that_day_where_the_agency_is(built: World) -> None:
    """The first deliveries are known at midnight UTC of 2 January: in New York that is still the first."""
    victims = "core.fct_shooting_victim"
    assert columns_read(built.settings) == set()
    assert len(as_of(built.settings, date(2024, 1, 1), victims).rows) == 4
    assert f"{victims}.victim_age" in columns_read(built.settings)
    assert as_of(built.settings, date(2023, 12, 31), victims).rows == []


def test_what_is_no_mart_or_no_condition_is_refused(built: World) -> None:
    for model in ("int_arrest__versions", "restricted.person_mention", "core.mart_ops__mapping", "x"):
        with pytest.raises(QueryError, match="no published model"):
            as_of(built.settings, date(2024, 1, 1), model)
    for wrong in ("nothing = 1", "record_key in (select last_name from restricted.person_mention)"):
        with pytest.raises(QueryError, match="condition"):
            as_of(built.settings, date(2024, 1, 2), "core.fct_arrest", wrong)
