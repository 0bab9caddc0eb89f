"""Publications that are kept: tables stored once for each content, comparable, readable, and let go in time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from settings import Settings
from support.audit import columns_read
from support.warehouse_world import ARRESTS, World
from warehouse import api
from warehouse.diff import diff
from warehouse.engine import engine_for
from warehouse.errors import NoPublication, QueryError
from warehouse.kept import publication, publication_path, publications

MART = "marts.mart_gvi__shootings_by_area_month"


def change(settings: Settings, sql: str) -> int:
    """Change what the warehouse holds behind dbt's back, publish, and return the publication's number."""
    with engine_for(settings).session() as db:
        db.execute(sql)
    return api.publish(settings).publication_id


def stored(settings: Settings) -> set[str]:
    return {file.name for file in (settings.published / "tables").iterdir()}


def test_a_table_that_did_not_change_is_stored_once(built: World) -> None:
    first = publication(built.settings)
    before = stored(built.settings)
    assert before == set(first.manifest["files"].values())
    assert api.publish(built.settings).publication_id == 2
    assert stored(built.settings) == before
    number = change(built.settings, f"update {MART} set victims = victims + 1 where area_id = 'North'")
    third = publication(built.settings, number)
    differing = {t for t, file in third.manifest["files"].items() if first.manifest["files"][t] != file}
    assert differing == {MART}
    assert len(stored(built.settings)) == len(before) + 1


def test_rows_in_another_order_are_the_same_content(built: World) -> None:
    before = publication(built.settings).manifest["files"]
    change(built.settings, f"create or replace table {MART} as select * from {MART} order by area_id desc, month desc")
    assert publication(built.settings).manifest["files"] == before


def test_what_changed_between_two_publications(built: World) -> None:
    number = change(built.settings, f"update {MART} set victims = 7 where area_id = 'North'")
    found = diff(built.settings)
    assert (found.before, found.after, found.unchanged) == (1, number, len(publication(built.settings).tables) - 1)
    assert [(c.table, c.before, c.after, c.left, c.came, c.rows) for c in found.changes] == [(MART, 2, 2, 1, 1, [])]
    shown = diff(built.settings, 1, number, MART).changes[0]
    place = [shown.columns.index(name) for name in ("change", "area_id", "victims")]
    assert [tuple(row[i] for i in place) for row in shown.rows] == [("-", "North", 2), ("+", "North", 7)]
    assert diff(built.settings, number, number).changes == []
    assert columns_read(built.settings) == set()
    assert diff(built.settings, table="core.fct_shooting_victim").changes == []
    assert "core.fct_shooting_victim.victim_age" in columns_read(built.settings)
    with pytest.raises(NoPublication, match="Publication 9 is not kept"):
        diff(built.settings, 9)
    with pytest.raises(QueryError, match=r"marts\.nothing"):
        diff(built.settings, table="marts.nothing")


def test_what_was_shown_can_be_asked_again(built: World, tmp_path: Path) -> None:
    change(built.settings, f"delete from {MART} where area_id = 'North'")
    count = f"select count(*) from {MART}"
    assert api.query(built.settings, count).rows == [(1,)]
    assert api.query(built.settings, count, 1).rows == [(2,)]
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    for sql in (f"select * from '{secret}'", f"copy (select 1) to '{tmp_path / 'out.csv'}'", "set threads = 1"):
        with pytest.raises(QueryError):
            api.query(built.settings, sql, 1)


def test_only_the_newest_are_kept(built: World) -> None:
    settings = built.settings.model_copy(update={"publications_kept": 2})
    numbers = [change(settings, f"update {MART} set victims = {n} where area_id = 'North'") for n in (11, 12, 13)]
    assert [kept.publication_id for kept in publications(settings)] == numbers[:0:-1]
    named = {name for kept in publications(settings) for name in kept.manifest["files"].values()}
    assert stored(settings) == named
    assert sum(name.startswith(MART) for name in named) == 2
    with pytest.raises(NoPublication, match="Publication 1 is not kept"):
        publication(settings, 1)


def test_a_publisher_that_was_killed_leaves_nothing(built: World) -> None:
    for name in ("tables/.draft-1-x.parquet", "publications/.000002.json-1", ".draft-1-dead.duckdb"):
        (built.settings.published / name).write_text("")
    api.publish(built.settings)
    left = [file.name for file in built.settings.published.rglob(".*")]
    assert left == []


def test_the_manifest_tells_freshness_and_tests(built: World) -> None:
    manifest = json.loads((built.settings.published / "manifest.json").read_text())
    assert manifest == publication(built.settings, 1).manifest
    assert manifest["freshness"][ARRESTS] == {"batches": 1, "last_known_at": "2024-01-02T00:00:00Z"}
    results = manifest["tests"]["results"]
    assert manifest["tests"]["passed"] == sum(status == "pass" for status in results.values()) > 30
    assert {"duckdb", "dbt-core", "dbt-postgres"} <= manifest["versions"].keys()
    assert "Zzyzxsson" not in json.dumps(manifest)


def test_files_of_publications_are_for_their_owner_only(built: World) -> None:
    files = [file for file in built.settings.published.rglob("*") if file.is_file()]
    assert publication_path(built.settings) in files
    assert {file.stat().st_mode & 0o077 for file in files} == {0}
