"""Publishing: whole builds only, no names, never in a reader's way."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from governance.errors import TierViolation
from support.narrow import building
from support.warehouse_world import SHOOTINGS, VICTIMS_ONLY, World, shooting
from warehouse import api
from warehouse import transform as transforming
from warehouse.engine import engine_for
from warehouse.errors import NoPublication, PublishError, QueryError, TransformError, WarehouseError
from warehouse.kept import publication_path
from warehouse.publish import publish
from warehouse.transform import transform


def test_only_core_marts_and_reference_are_published_and_no_name(built: World) -> None:
    path = publication_path(built.settings)
    schemas = api.query(built.settings, "select distinct table_schema from information_schema.tables order by 1").rows
    assert schemas == [("core",), ("marts",), ("reference",)]
    assert b"Zzyzxsson" in Path(built.settings.warehouse).read_bytes()
    assert b"Zzyzxsson" not in path.read_bytes()
    assert b"number-i1" not in path.read_bytes()  # nor an agency's number
    columns = {row[0] for row in api.query(built.settings, "select column_name from information_schema.columns").rows}
    for contract in built.contracts.values():
        assert not columns & contract.identifying_columns()


def test_the_manifest_says_what_was_published(built: World) -> None:
    manifest = json.loads((built.settings.published / "manifest.json").read_text())
    assert manifest["tables"]["core.fct_shooting_victim"] == 4
    assert (manifest["load_seq"], manifest["change_sets"], manifest["tests"]["failed"]) == (3, 3, 0)
    assert manifest["tests"]["passed"] > 30
    counts = " union all ".join(f"select '{table}', count(*) from {table}" for table in manifest["tables"])
    assert dict(api.query(built.settings, counts).rows) == manifest["tables"]


def test_descriptions_travel_with_the_tables(built: World) -> None:
    comment = (
        "select comment from duckdb_columns() where table_name = 'fct_shooting_victim' and column_name = 'is_fatal'"
    )
    described = built.contracts["shooting_victim"].columns["is_fatal"].description
    assert api.query(built.settings, comment).rows == [(described,)]
    grain = api.query(built.settings, "select comment from duckdb_tables() where comment not like 'Grain:%'").rows
    assert grain == []


def test_a_failed_test_leaves_the_publication_as_it_was(built: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transforming, "run_dbt", building("fct_shooting_victim", with_tests=True))
    before = publication_path(built.settings).read_bytes()
    clash = shooting("shooting_victim", "insert", "v1", "i1", is_fatal=False)  # a key of another feed
    wrong = built.deliver(VICTIMS_ONLY, 2, {"shooting_victim": [clash]})
    with pytest.raises(TransformError, match=r"sound_records_fct_shooting_victim.*\(the key stands twice: 1\)"):
        api.build(built.settings, built.active)
    with pytest.raises(PublishError, match="is failed"):
        api.publish(built.settings)
    assert publication_path(built.settings).read_bytes() == before
    built.withdraw([wrong])
    assert api.build(built.settings, built.active).published.is_new
    assert api.query(built.settings, "select count(*) from core.fct_shooting_victim").rows == [(4,)]


def test_what_was_loaded_after_the_build_is_not_published(built: World) -> None:
    built.deliver(SHOOTINGS, 2, {"shooting_victim": [{"op": "delete", "record_key": "v1"}]})
    api.load(built.settings, built.active)
    with pytest.raises(PublishError, match="loaded after the newest dbt run"):
        api.publish(built.settings)


def test_a_part_of_the_models_is_not_published(built: World) -> None:
    transform(built.settings, select="dim_feed")
    with pytest.raises(PublishError, match="is partial"):
        api.publish(built.settings)


def test_an_identifying_column_is_refused(built: World) -> None:
    before = publication_path(built.settings).read_bytes()
    contract = built.contracts["shooting_victim"]
    area = contract.columns["area_id"].model_copy(update={"identifies": True})
    strict = contract.model_copy(update={"columns": {**contract.columns, "area_id": area}})
    with pytest.raises(TierViolation, match=r"core\.fct_shooting_victim\.area_id"):
        publish(built.settings, {**built.contracts, "shooting_victim": strict})
    assert publication_path(built.settings).read_bytes() == before
    assert not list(built.settings.published.rglob(".*"))


@pytest.mark.builds("fct_shooting_victim")
@pytest.mark.usefixtures("without_data_tests")
def test_a_reader_keeps_what_it_opened_and_a_writer_is_not_hindered(built: World) -> None:
    with duckdb.connect(str(publication_path(built.settings)), read_only=True) as reader:
        count = "select count(*) from core.fct_shooting_victim"
        assert reader.execute(count).fetchall() == [(4,)]
        built.deliver(SHOOTINGS, 2, {"shooting_victim": [{"op": "delete", "record_key": "v1"}]})
        api.build(built.settings, built.active)
        assert reader.execute(count).fetchall() == [(4,)]
    assert api.query(built.settings, count).rows == [(3,)]


@pytest.mark.slow
def test_views_stand_while_the_project_does_and_every_test_runs(built: World) -> None:
    """The second run builds tables only, tests as much as the first, and after a failure everything is built again."""
    everything = transform(built.settings, full_refresh=True)
    built.deliver(SHOOTINGS, 2, {"shooting_victim": [{"op": "delete", "record_key": "v1"}]})
    lean = api.build(built.settings, built.active).transformed
    assert lean is not None
    assert lean.models < everything.models / 2
    assert lean.tests_passed == everything.tests_passed
    clash = shooting("shooting_victim", "insert", "v2", "i1", is_fatal=False)
    wrong = built.deliver(VICTIMS_ONLY, 2, {"shooting_victim": [clash]})
    with pytest.raises(TransformError):
        api.build(built.settings, built.active)
    built.withdraw([wrong])
    mended = api.build(built.settings, built.active).transformed
    assert mended is not None
    assert mended.models == everything.models


def test_nothing_new_is_nothing_done(built: World) -> None:
    said: list[str] = []
    assert api.is_settled(built.settings, built.active)
    result = api.build(built.settings, built.active, on_event=said.append)
    assert (result.transformed, result.published.is_new) == (None, False)
    assert result.published.tables["core.fct_shooting_victim"] == 4
    assert said == ["Nothing changed since the last build; its models and tests stand."]
    publication_path(built.settings).unlink()
    assert not api.is_settled(built.settings, built.active)
    assert api.build(built.settings, built.active).published.is_new


def test_a_query_cannot_write_or_leave_the_publication(built: World, tmp_path: Path) -> None:
    for sql in (
        "delete from core.fct_arrest",
        "create table core.x as select 1",
        f"copy core.fct_arrest to '{tmp_path / 'out.csv'}'",
        f"attach '{built.settings.warehouse}' as names",
        "set enable_external_access = true",
        "select nothing from nowhere",
    ):
        with pytest.raises(QueryError, match="cannot answer"):
            api.query(built.settings, sql)
    assert not (tmp_path / "out.csv").exists()


def test_before_the_first_build(world: World) -> None:
    with pytest.raises(NoPublication, match="nnsc build"):
        api.query(world.settings, "select 1")
    with pytest.raises(PublishError, match="nothing was built"):
        api.publish(world.settings)
    with pytest.raises(TransformError, match="Nothing was loaded"):
        api.transform(world.settings)


def test_a_build_is_settled_only_when_everything_is_shown(built: World) -> None:
    assert not api.is_settled(built.settings, built.active[:-1])
    feed = built.settings.jurisdictions / f"{VICTIMS_ONLY}.yml"
    feed.write_text(feed.read_text().replace("Test agency", "Another agency"))
    assert not api.is_settled(built.settings, built.active)
    api.load(built.settings, built.active)
    assert not api.is_settled(built.settings, built.active)  # loaded, not yet built


def test_left_overs_are_not_published(built: World) -> None:
    """A model that is gone, a relation of a run that was killed, a draft of a publisher that was killed."""
    with engine_for(built.settings).session() as db:
        db.execute("create table core.fct_arrest__dbt_tmp as select 1 as x")
        db.execute("create view marts.mart_gone as select 1 as x")
    (built.settings.published / ".draft-1-dead.duckdb").write_text("")
    assert not {"core.fct_arrest__dbt_tmp", "marts.mart_gone"} & set(api.publish(built.settings).tables)
    assert not list(built.settings.published.rglob(".*"))


def test_two_writers_do_not_mix(built: World) -> None:
    """While another process has the file open, a build says so and touches nothing."""
    script = "import duckdb, sys, time; db = duckdb.connect(sys.argv[1]); print('open', flush=True); time.sleep(60)"
    command = [sys.executable, "-c", script, built.settings.warehouse]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == "open\n"
            with pytest.raises(WarehouseError, match="being written by another process"):
                api.build(built.settings, built.active)
            assert api.query(built.settings, "select count(*) from core.fct_shooting_victim").rows == [(4,)]
        finally:
            other.kill()


def test_a_name_without_its_role_is_refused(built: World) -> None:
    with engine_for(built.settings).session() as db:
        db.execute("alter table marts.mart_gvi__shootings_by_area_month add column last_name varchar")
    with pytest.raises(PublishError, match=r"mart_gvi__shootings_by_area_month\.last_name"):
        publish(built.settings, built.contracts)
