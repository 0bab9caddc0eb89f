"""A publication made of the one before is the same as one that is written whole; where that is in doubt, it is written."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from settings import Settings
from support.engines import differences
from support.narrow import builds
from support.postgres import Server
from support.warehouse_world import ARRESTS, PROJECT, SHOOTINGS, World, write_feed
from warehouse import api, carried, publish
from warehouse.dbt_runner import dbt_manifest
from warehouse.diff import diff
from warehouse.engine import engine_for
from warehouse.kept import Kept, content_name, opened, publication, publication_path, publications, sums_of
from warehouse.postgres import attach, connect, parse
from warehouse.publication import relations
from warehouse.scope import _sources_of
from warehouse.serving import database_of
from warehouse.stored import stored_files, there

from .test_two_engines import in_postgres

FACTS = ("core.fct_arrest", "core.fct_arrest_charge", "core.fct_arrest_charge_history", "core.fct_arrest_history")
pytestmark = [
    pytest.mark.builds("fct_arrest", "fct_arrest_charge", "mart_gvi__arrests_by_offense_month"),
    pytest.mark.usefixtures("without_data_tests", "small_tables_go_on"),
]


@pytest.fixture
def small_tables_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also tables of a few rows, most of which were touched, are carried."""
    monkeypatch.setattr(carried, "LARGE", 1)
    monkeypatch.setattr(carried, "_MOST_TOUCHED", 5.0)


@pytest.fixture
def going(built: World) -> World:
    """A world with a dozen arrests whose publication was written here, and not copied from elsewhere."""
    insert = {"op": "insert", "arrest_id": "8", "area_id": "North"}
    arrests = [{**insert, "record_key": f"b{n}", "arrest_key": f"l{n}"} for n in range(12)]
    built.deliver(ARRESTS, 2, {"arrest": arrests})
    assert build(built).manifest["carried"] == 0
    return built


def build(world: World) -> Kept:
    api.build(world.settings, world.active)
    return publication(world.settings)


def change(world: World, chance: random.Random, day: float) -> None:
    """Some arrests and charges come, change, go, come back, and wait for a correction."""
    changes: dict[str, list[dict[str, Any]]] = {"arrest": [], "arrest_charge": []}
    for kind, names in (("arrest", [f"b{n}" for n in range(16)]), ("arrest_charge", [f"c{n}" for n in range(1, 6)])):
        there = state(world, kind)
        for key in chance.sample(names, 4):
            op = chance.choice(["update", "delete", "mark"]) if key in there else "insert"
            own = {"charge_number": 1, "source_offense": chance.choice(["ROBBERY 1", "Zoning"])}
            own = own if kind == "arrest_charge" else {"area_id": chance.choice(["North", "South"])}
            named = {"arrest_key": chance.choice(["k1", "l1"]), "arrest_id": "9"}
            changes[kind].append({"op": op, "record_key": key, **named, **own})
    world.deliver(ARRESTS, day, changes)


def state(world: World, kind: str) -> set[str]:
    """The record keys that stand, by a walk through the change sets."""
    there: set[str] = set()
    for change_set in sorted(world.active, key=lambda one: (one.known_at, one.load_seq)):
        for row in change_set.truth.get(kind, []):
            there = there - {row["record_key"]} if row["op"] == "delete" else there | {row["record_key"]}
    return there


def published(kept: Kept) -> dict[str, pa.Table]:
    """The facts as a kept publication shows them, read from its Parquet files."""
    with opened(kept) as db:
        return {table: db.execute(f"select * from {table}").to_arrow_table(2_048) for table in FACTS}


def check(settings: Settings) -> Kept:
    """Facts in the file and in Parquet, counts and names of contents are those of the warehouse as it stands."""
    kept = publication(settings)
    with engine_for(settings).session() as db:
        built = {table: db.execute(f"select * from {table}").to_arrow_table(2_048) for table in FACTS}
        counts = {table: db.execute(f"select count(*) from {table}").fetchall()[0][0] for table in kept.tables}
    assert differences(shown_by(settings), built) == {}
    assert differences(published(kept), built) == {}
    assert {t: (rows, counts[t]) for t, rows in kept.tables.items() if rows != counts[t]} == {}
    with duckdb.connect() as db:
        db.execute(f"attach '{publication_path(settings)}' as publication (read_only)")
        for table in kept.tables:
            sums = sums_of(db, f"publication.{table}")
            assert [str(number) for number in sums] == kept.manifest["sums"][table]
            assert kept.content(table) == content_name(db, table, sums)
    return kept


def shown_by(settings: Settings) -> dict[str, pa.Table]:
    """The facts as the published file shows them."""
    with duckdb.connect(str(publication_path(settings)), read_only=True) as db:
        return {table: db.execute(f"select * from {table}").to_arrow_table(2_048) for table in FACTS}


@pytest.mark.parametrize(("seed", "steps"), [(1, 2), pytest.param(2, 6, marks=pytest.mark.slow)])
def test_publications_that_go_on_are_those_of_the_warehouse(going: World, seed: int, steps: int) -> None:
    """Some in a row, then one without news each; all of them are still what they were when they are kept."""
    chance, seen = random.Random(seed), {}
    going.settings = going.settings.model_copy(update={"publications_kept": 30})
    before = publication(going.settings)
    for step in range(steps):
        change(going, chance, 3 + step)
        api.build(going.settings, going.active)
        api.publish(going.settings)  # once more: nothing changed
        kept = check(going.settings)
        seen[kept.publication_id] = published(kept)
        assert kept.manifest["carried"] > before.manifest["carried"]
        before = kept
    assert set(kept.manifest["parts"]) == set(FACTS)
    for number, shown in seen.items():
        assert differences(published(publication(going.settings, number)), shown) == {}, number
    names = set().union(*(one.file_names() for one in publications(going.settings)))
    assert {file.name for file in (going.settings.published / "tables").iterdir()} == names


@pytest.mark.slow
def test_a_table_that_is_carried_and_equal_is_no_change(going: World) -> None:
    first = publication(going.settings)
    flag = {"record_key": "b1", "arrest_key": "l1", "arrest_id": "8"}
    going.deliver(ARRESTS, 3, {"arrest": [{"op": "update", "area_id": "South", **flag}]})
    second = build(going)
    assert {table for table in FACTS if first.content(table) != second.content(table)} == {FACTS[0], FACTS[3]}
    shown = diff(going.settings, first.publication_id, second.publication_id, FACTS[0]).changes[0]
    area = shown.columns.index("area_id")
    assert [(row[0], row[area]) for row in shown.rows] == [("-", "North"), ("+", "South")]
    changed = {change.table for change in diff(going.settings).changes}
    assert not changed & {FACTS[1], FACTS[2]}
    recipe = (PROJECT / "docs" / "connect.md").read_text().split("## Parquet files")[1].split("```")[1]
    left: dict[str, Any] = {}
    exec(recipe.removeprefix("python\n").replace("var/published/", f"{going.settings.published}/"), left)
    assert "core.fct_arrest" in second.manifest["parts"]
    read = left["arrests"].sort_values("record_key")
    told = published(second)[FACTS[0]].to_pandas().sort_values("record_key")
    assert read[["record_key", "area_id"]].values.tolist() == told[["record_key", "area_id"]].values.tolist()


def another_file(world: World) -> None:
    file = publication_path(world.settings)
    file.rename(file.with_suffix(".old"))
    file.write_bytes(file.with_suffix(".old").read_bytes())
    file.with_suffix(".old").unlink()


def no_file(world: World) -> None:
    publication_path(world.settings).unlink()


def written_into(world: World) -> None:
    """Somebody deleted rows with a client that may write, and was ended before they reached the file."""
    file = publication_path(world.settings)
    file.with_name(file.name + ".wal").write_bytes(b"what DuckDB would replay")


def damaged(world: World) -> None:
    """Every block is, and the file looks as it did."""
    file = publication_path(world.settings)
    was, data = file.stat(), bytearray(file.read_bytes())
    for place in range(3 * 4096 + 100, len(data), 4096):
        data[place] ^= 255
    with file.open("r+b") as handle:
        handle.write(data)
    os.utime(file, ns=(was.st_atime_ns, was.st_mtime_ns))


def without_parts(world: World) -> None:
    """A file is gone that holds the rows of a kept publication."""
    kept = publication(world.settings)
    (world.settings.published / "tables" / min(kept.file_names())).unlink()


def another_version(world: World) -> None:
    for file in (world.settings.published / "publications").glob("*.json"):
        told = json.loads(file.read_text())
        file.write_text(json.dumps({**told, "versions": {**told["versions"], "duckdb": "1.0.0"}}))


def an_older_program(world: World) -> None:
    """Manifests that say nothing of what could be carried."""
    for file in (world.settings.published / "publications").glob("*.json"):
        told = json.loads(file.read_text())
        file.write_text(json.dumps({name: told[name] for name in told if name not in ("lineage", "sums", "carried")}))


@pytest.mark.slow
def test_a_file_that_is_not_the_one_of_the_manifest_does_not_go_on(going: World) -> None:
    for happens in (
        another_file, no_file, written_into, damaged, without_parts, another_version, an_older_program,
    ):  # fmt: skip
        happens(going)
        api.publish(going.settings)
        assert publication(going.settings).manifest["carried"] == 0, happens
        api.publish(going.settings)
        assert publication(going.settings).manifest["carried"] == 1, happens  # and on from there
    check(going.settings)


def late(world: World) -> None:
    """A delivery between two others: the one after it is derived anew."""
    last = world.active[-1]
    world.withdraw([last])
    world.deliver(ARRESTS, 1.5, {"arrest": [{"op": "insert", "record_key": "late", "arrest_key": "l"}]})
    world.deliver(ARRESTS, 2, last.truth, generation=2)


def another_place(world: World) -> None:
    """A feed file more: codes may be looked up otherwise."""
    write_feed(world.settings, "us_cc_third/arrest", ["arrest"])


def refreshed(world: World) -> None:
    api.transform(world.settings, full_refresh=True)


def a_new_warehouse(world: World) -> None:
    """The warehouse was lost and is built from what ingest keeps."""
    Path(world.settings.warehouse).unlink()
    api.load(world.settings, world.active)
    with builds():
        api.transform(world.settings)


@pytest.mark.slow
@pytest.mark.parametrize("happens", [late, another_place, refreshed, a_new_warehouse])
def test_what_no_load_explains_is_written(going: World, happens: Callable[[World], None]) -> None:
    happens(going)
    going.deliver(SHOOTINGS, 9, {"shooting_suspect": [{"op": "delete", "record_key": "s1"}]})
    kept = build(going)
    assert (kept.manifest["carried"], kept.manifest["parts"]) == (0, {})
    check(going.settings)
    going.deliver(ARRESTS, 10, {"arrest": [{"op": "delete", "record_key": "b3"}]})
    assert build(going).manifest["carried"] == 1
    check(going.settings)


def test_a_withdrawn_record_lies_nowhere_in_the_file(going: World) -> None:
    secret = "record-that-was-sent-by-mistake"
    insert = {"op": "insert", "record_key": secret, "arrest_key": "l1", "arrest_id": "8"}
    wrong = going.deliver(ARRESTS, 3, {"arrest": [insert]})
    assert build(going).manifest["carried"] == 1
    assert secret.encode() in publication_path(going.settings).read_bytes()
    going.withdraw([wrong])
    assert build(going).manifest["carried"] == 0
    assert secret.encode() not in publication_path(going.settings).read_bytes()


@pytest.mark.slow
def test_no_file_goes_on_for_longer_than_publications_are_kept(going: World) -> None:
    going.settings = going.settings.model_copy(update={"publications_kept": 3})
    found = []
    for day in range(3, 7):
        going.deliver(ARRESTS, day, {"arrest": [{"op": "delete", "record_key": f"b{day}"}]})
        found.append(build(going).manifest["carried"])
        names = set().union(*(one.file_names() for one in publications(going.settings)))
        assert {file.name for file in (going.settings.published / "tables").iterdir()} == names
    assert found == [1, 2, 0, 1]
    alone = going.settings.model_copy(update={"publications_kept": 1})
    assert [api.publish(alone).publication_id for _ in range(2)]
    assert publication(alone).manifest["carried"] == 0


@pytest.mark.slow
def test_a_publisher_that_ends_before_its_manifest_is_made_up_for(
    going: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is the new one, the manifest that of the one before."""
    going.deliver(ARRESTS, 3, {"arrest": [{"op": "delete", "record_key": "b3"}]})

    def ends(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(publish, "_remember", ends)
        with pytest.raises(KeyboardInterrupt):
            build(going)
    going.deliver(ARRESTS, 4, {"arrest": [{"op": "delete", "record_key": "b4"}]})
    assert build(going).manifest["carried"] == 0
    check(going.settings)


@pytest.mark.slow
def test_a_table_with_more_or_fewer_rows_than_loads_explain_is_written(going: World) -> None:
    """Somebody took a version out of the warehouse by hand."""
    going.deliver(ARRESTS, 3, {"arrest": [{"op": "delete", "record_key": "b3"}]})
    api.load(going.settings, going.active)
    api.transform(going.settings)
    with engine_for(going.settings).session() as db:
        db.execute("delete from intermediate.int_arrest__versions where record_key = 'b7'")
    api.publish(going.settings)
    kept = check(going.settings)
    assert kept.manifest["carried"] == 1
    assert not {"core.fct_arrest", "core.fct_arrest_history"} & kept.manifest["parts"].keys()


def test_tables_by_record_are_made_of_one_kind_alone(built_once: World) -> None:
    """What the meta ``by_record`` claims: one kind's records, and what a load's digest tells of."""
    manifest = json.loads(dbt_manifest(built_once.settings).read_text())
    sources = _sources_of(manifest)
    names = {f"{node['schema']}.{node['name']}": name for name, node in manifest["nodes"].items()}
    declared = {one.table: one.kind for one in relations(dbt_manifest(built_once.settings)) if one.kind}
    assert len(declared) > 40
    assert "core.fct_shooting_victim" not in declared  # a death that became known changes it through its incident
    for table, kind in declared.items():
        assert sources(names[table]) - {"looked up"} == {kind}, table
        above = {one.split(".")[-1] for one in manifest["nodes"][names[table]]["depends_on"]["nodes"]}
        above -= {"int_source_value__mapped", "clock_change"}
        assert len(above) == 1, table
        assert above <= {f"int_{kind}__versions", f"fct_{kind}_history"}, table


@pytest.mark.slow
def test_postgres_serves_a_publication_that_goes_on(going: World, tmp_path: Path, postgres: Server) -> None:
    """Also after one that an older program stored whole, and after a full refresh, which leaves no view out."""
    settings = in_postgres(going.settings, tmp_path / "other", postgres)
    other = World(settings, going.contracts, going.active, going.counter)
    with builds():  # all models: their views are counted
        build(other)
    views, chance = views_of(settings), random.Random(5)
    for day in (3, 4, 5):
        change(other, chance, day)
        with builds():
            kept = build(other)
        assert kept.manifest["carried"] == day - 2
        assert views_of(settings) == views
        assert differences(served(settings), published(kept)) == {}
        if day == 4:
            as_an_older_program(settings, kept)
    with builds():
        api.transform(settings, full_refresh=True)
    assert views_of(settings) == views
    api.publish(settings)
    assert publication(settings).manifest["parts"] == {}
    assert differences(served(settings), published(publication(settings))) == {}


def served(settings: Settings) -> dict[str, pa.Table]:
    """The facts as readers of the server see them."""
    with duckdb.connect() as db:
        attach(db, "served", database_of(parse(settings.warehouse)))
        return {t: db.execute(f"select * from served.{t}").to_arrow_table(2_048) for t in FACTS}


def views_of(settings: Settings) -> set[tuple[str, str]]:
    """Schema and name of each view of the warehouse; more than a hundred."""
    with connect(parse(settings.warehouse)) as connection, connection.cursor() as cursor:
        cursor.execute("select schemaname, viewname from pg_views where schemaname !~ '^(pg_|information)'")
        found = {(schema, name) for schema, name in cursor.fetchall()}
    assert len(found) > 100
    return found


def as_an_older_program(settings: Settings, kept: Kept) -> None:
    """The present publication is stored whole, though its manifest tells of parts."""
    with connect(database_of(parse(settings.warehouse))) as connection, connection.cursor() as cursor:
        for table in kept.manifest["parts"]:
            base, gone, came = stored_files(kept, table)
            _, name, digest, _ = kept.content(table).split(".")
            cursor.execute(f'create table store."{name}_{digest}" as select * from {table}')
            cursor.execute(f'create or replace view {table} as select * from store."{name}_{digest}"')
            for number in (kept.publication_id - 1, kept.publication_id - 2):
                schema = table.split(".")[0]
                cursor.execute(f'drop view if exists "{schema}_p{number:06}"."{name}"')
            cursor.execute(f'drop table store."{gone}", store."{came}"')
            assert base in there(cursor)
