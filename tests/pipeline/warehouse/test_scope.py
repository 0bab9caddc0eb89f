"""A run builds what the loads since the run before can reach, and that is enough."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from feeds.contracts import load_contracts
from ingest.api import drain, fetch
from settings import Settings, load_settings
from simulator.agencies import FORMS
from simulator.api import deliver, simulate
from support.engines import contents, differences, made_anew
from support.warehouse_world import ARRESTS, SHOOTINGS, World
from warehouse import api
from warehouse.engine import engine_for
from warehouse.scope import changed_kinds, reached
from warehouse.transform import newest_run

#: So many feeds are built together: each build takes twenty seconds of a processor.
AT_ONCE = 5
ARREST = {"op": "delete", "record_key": "a1", "arrest_key": "k1"}


def kinds_of(world: World) -> set[str] | None:
    """Kinds that may have changed since the newest run."""
    with engine_for(world.settings).session() as db:
        run = newest_run(db)
        assert run is not None
        return changed_kinds(db, run.load_id)


def test_a_load_reaches_what_is_made_of_its_kinds_and_what_counts_all_loads(built: World) -> None:
    names = {*(reached(built.settings, {"arrest", "arrest_charge"}) or ())}
    assert names >= {"int_arrest__versions", "mart_gvi__arrests_by_offense_month"}
    assert names >= {"mart_ops__feed_freshness", "mart_ops__rule_results", "int_source_value__mapped"}
    assert any(name.startswith("sound_records_fct_arrest") for name in names)
    assert not {
        n
        for n in names
        - {n for n in names if n.startswith("sound_mart_legitimacy__disparity")}  # by a value of its list
        if "custody" in n or "prison" in n or "probation" in n or "sound_records_fct_shooting" in n
    }
    prison = {*(reached(built.settings, {"prison_incident", "custody_census"}) or ())}
    assert "mart_pvi__rate" in prison
    assert "mart_gvi__arrests_by_offense_month" not in prison


def test_a_delivery_counts_for_every_kind_of_its_feed(built: World) -> None:
    assert kinds_of(built) == set()
    built.deliver(ARRESTS, 2, {"arrest": [ARREST]})
    api.load(built.settings, built.active)
    assert kinds_of(built) == {"arrest", "arrest_charge"}


def test_a_change_set_that_goes_or_a_feed_file_that_changes_reaches_everything(built: World) -> None:
    built.withdraw([change_set for change_set in built.active if change_set.feed_id == SHOOTINGS])
    api.load(built.settings, built.active)
    assert kinds_of(built) is None


def test_what_is_left_out_keeps_what_its_tests_said(built: World) -> None:
    first = json.loads((built.settings.published / "manifest.json").read_text())["tests"]
    built.deliver(ARRESTS, 2, {"arrest": [ARREST]})
    done = api.build(built.settings, built.active).transformed
    assert done is not None
    with engine_for(built.settings).session() as db:
        told = db.execute("select run_id, count(*) from raw.test_result group by 1 order by 1").fetchall()
    assert [run for run, _ in told] == [1, 2]
    assert done.tests_passed + done.tests_warned == sum(count for _, count in told)
    second = json.loads((built.settings.published / "manifest.json").read_text())["tests"]
    assert first["results"].keys() == second["results"].keys()
    changed = {name for name, said in second["results"].items() if said != first["results"][name]}
    assert changed == {"charges_without_arrest"}  # the arrest of the three charges is gone


@pytest.mark.slow
@pytest.mark.usefixtures("without_data_tests")
def test_feed_by_feed_ends_where_a_full_refresh_ends(tmp_path: Path) -> None:
    """Every kind of the simulation, five feeds after five, in both directions of a history."""
    settings = load_settings(home=tmp_path / "var")
    simulate(tmp_path / "world", seed=5, people=600, months=1)
    deliver(tmp_path / "world", settings.buckets)
    left_out = 0
    feeds = sorted(FORMS)
    for first in range(0, len(feeds), AT_ONCE):
        for feed_id in feeds[first : first + AT_ONCE]:
            fetch(settings, feed_id)
            drain(settings, feed_id)
        api.load(settings)
        left_out += _left_out(settings)
        api.transform(settings)
    assert left_out > 60  # or the runs built everything, and nothing is shown
    one_by_one = contents(settings)
    made_anew(settings)
    assert differences(one_by_one, contents(settings)) == {}


def _left_out(settings: Settings) -> int:
    """Tables and tests that the next run will leave out."""
    with engine_for(settings).session() as db:
        run = newest_run(db)
        kinds = changed_kinds(db, run.load_id) if run is not None else None
    if kinds is None:
        return 0
    everything = {*load_contracts(settings.contracts)}
    return len(reached(settings, everything) or ()) - len(reached(settings, kinds) or ())
