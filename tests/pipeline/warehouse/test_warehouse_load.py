"""Loading: raw holds exactly the active change sets, whatever happened before."""

from __future__ import annotations

import os
import random
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.warehouse_world import ARRESTS, SHOOTINGS, VICTIMS_ONLY, ChangeSet, World, first_deliveries, shooting
from warehouse import api
from warehouse.engine import engine_for
from warehouse.errors import LoadError, WarehouseError

KIND = "shooting_victim"


def rows(world: World, sql: str) -> list[tuple[Any, ...]]:
    with engine_for(world.settings).session() as db:
        return db.execute(sql).fetchall()


def victim(op: str, key: str, **content: Any) -> dict[str, Any]:
    return shooting(KIND, op, key, "i1", is_fatal=False, **content)


def told(active: list[ChangeSet]) -> list[tuple[Any, ...]]:
    """What raw.shooting_victim must hold, straight from what the world wrote."""
    return sorted(
        (c.change_set_id, c.feed_id, c.batch_id, c.generation, c.load_seq, change["op"], change["record_key"],
         change.get("victim_last_name") if change["op"] in ("insert", "update") else None)
        for c in active for change in c.truth.get(KIND, [])
    )  # fmt: skip


STORED = (
    "select change_set_id, feed_id, batch_id, generation, load_seq, op, record_key, victim_last_name "
    f"from raw.{KIND} order by all"
)


def test_raw_holds_every_change_with_its_record(world: World) -> None:
    first_deliveries(world)
    world.deliver(SHOOTINGS, 2, {KIND: [{"op": "delete", "record_key": "v1"}, victim("update", "v2")]})
    world.deliver(SHOOTINGS, 3, {})  # a delivery that changed nothing
    assert api.pending(world.settings, world.active) == 5
    result = api.load(world.settings, world.active)
    assert (result.loaded, result.removed, result.load_id) == (5, 0, 1)
    assert result.rows == sum(len(changes) for c in world.active for changes in c.truth.values())
    assert rows(world, STORED) == told(world.active)
    assert rows(world, "select count(*), sum(rows) from raw.change_set") == [(5, result.rows)]
    assert (
        rows(world, "select known_at from raw.change_set where load_seq = 1")[0][0].isoformat() == "2024-01-02T00:00:00"
    )


def test_loading_again_changes_nothing(world: World) -> None:
    first_deliveries(world)
    api.load(world.settings, world.active)
    again = api.load(world.settings, world.active)
    assert (again.loaded, again.removed, again.rows, again.load_id) == (0, 0, 0, 1)
    assert api.pending(world.settings, world.active) == 0
    assert rows(world, STORED) == told(world.active)


def test_superseded_change_sets_go_and_their_keys_are_touched(world: World) -> None:
    first_deliveries(world)
    old = world.deliver(SHOOTINGS, 5, {KIND: [victim("insert", "gone"), victim("update", "v1")]})
    api.load(world.settings, world.active)
    world.withdraw([old])
    world.deliver(SHOOTINGS, 3, {KIND: [victim("insert", "late")]}, generation=2)
    assert api.pending(world.settings, world.active) == 2
    result = api.load(world.settings, world.active)
    assert (result.loaded, result.removed) == (1, 1)
    assert rows(world, STORED) == told(world.active)
    touched = rows(world, "select feed_id, record_key from raw.touched where load_id = 2 order by all")
    assert touched == [(SHOOTINGS, "gone"), (SHOOTINGS, "late"), (SHOOTINGS, "v1")]


def test_a_missing_file_stops_the_load_and_nothing_is_kept(world: World) -> None:
    first_deliveries(world)
    api.load(world.settings, world.active)
    world.deliver(SHOOTINGS, 2, {KIND: [victim("insert", "v9")]})
    broken = world.deliver(VICTIMS_ONLY, 2, {KIND: [victim("insert", "w9")]})
    broken.files[0].records.unlink()
    with pytest.raises(LoadError, match=rf"{VICTIMS_ONLY} lacks its file .*nnsc replay {VICTIMS_ONLY}"):
        api.load(world.settings, world.active)
    assert rows(world, STORED) == told(world.active[:3])
    assert rows(world, "select max(load_id) from raw.load") == [(1,)]


def test_a_change_without_its_record_is_refused(world: World) -> None:
    made = world.deliver(SHOOTINGS, 1, {KIND: [victim("insert", "v1"), victim("insert", "v2")]})
    other = world.deliver(VICTIMS_ONLY, 1, {KIND: [victim("insert", "w1")]})
    files = (replace(made.files[0], records=other.files[0].records),)
    with pytest.raises(LoadError, match="without their record"):
        api.load(world.settings, [replace(made, files=files)])


def test_a_row_number_that_stands_twice_is_refused(world: World) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    made = world.deliver(SHOOTINGS, 1, {KIND: [victim("insert", "v1")]})
    table = pq.read_table(made.files[0].records)
    pq.write_table(pa.concat_tables([table, table]), made.files[0].records)
    with pytest.raises(LoadError, match="stands twice"):
        api.load(world.settings, world.active)


def test_an_unknown_kind_is_refused(world: World) -> None:
    made = world.deliver(SHOOTINGS, 1, {KIND: [victim("insert", "v1")]})
    with pytest.raises(LoadError, match="unknown kind 'dragon'"):
        api.load(world.settings, [replace(made, files=(replace(made.files[0], kind="dragon"),))])


def test_a_contract_that_gains_a_column_keeps_what_is_stored(world: World, tmp_path: Path) -> None:
    first_deliveries(world)
    api.load(world.settings, world.active)
    wider = copy_contracts(world, tmp_path)
    file = wider / f"{KIND}.yml"
    contract = yaml.safe_load(file.read_text())
    contract["columns"]["hospital"] = {"type": "text", "tier": "T2", "description": "Hospital of admission"}
    file.write_text(yaml.safe_dump(contract, sort_keys=False))
    settings = world.settings.model_copy(update={"contracts": wider})
    world.deliver(VICTIMS_ONLY, 2, {KIND: [victim("insert", "w9")]})  # written before the contract changed
    api.load(settings, world.active)
    assert rows(world, STORED) == told(world.active)
    assert rows(world, f"select count(*), count(hospital) from raw.{KIND}") == [(len(told(world.active)), 0)]


def test_a_contract_that_changes_a_type_stops_with_the_remedy(world: World, tmp_path: Path) -> None:
    api.load(world.settings, [])
    changed = copy_contracts(world, tmp_path)
    file = changed / f"{KIND}.yml"
    file.write_text(file.read_text().replace("is_fatal: {type: boolean", "is_fatal: {type: text"))
    with pytest.raises(WarehouseError, match=rf"raw.{KIND}.is_fatal is stored as BOOLEAN.*expectations/{KIND}.yml"):
        api.load(world.settings.model_copy(update={"contracts": changed}), [])


def test_reference_tables_follow_the_feed_files(world: World) -> None:
    api.load(world.settings, [])
    assert rows(world, "select feed_id from reference.feed order by 1") == [(ARRESTS,), (SHOOTINGS,), (VICTIMS_ONLY,)]
    assert rows(world, "select time_zone from reference.jurisdiction") == [("America/New_York",)] * 2
    (world.settings.jurisdictions / f"{VICTIMS_ONLY}.yml").unlink()
    assert api.load(world.settings, []).load_id == 2
    assert rows(world, "select feed_id from reference.feed order by 1") == [(ARRESTS,), (SHOOTINGS,)]


def test_the_warehouse_is_for_its_owner_only(world: World) -> None:
    api.load(world.settings, [])
    file = Path(world.settings.warehouse)
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_kill_at_any_time_leaves_whole_loads_only(world: World) -> None:
    """SIGKILL while loading, then a retry: the same rows as without the kill."""
    first_deliveries(world)
    api.load(world.settings, world.active)
    before = told(world.active)
    for day in range(2, 22):
        world.deliver(SHOOTINGS, day, {KIND: [victim("insert", f"k{day}-{n}") for n in range(2000)]})
    expected, chance, killed = told(world.active), random.Random(7), 0
    for _ in range(8):
        child = os.fork()
        if child == 0:
            api.load(world.settings, world.active)
            os._exit(0)
        time.sleep(chance.uniform(0.02, 0.5))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        killed += os.WIFSIGNALED(status)
        assert rows(world, STORED) in (before, expected)
        if rows(world, STORED) == expected:
            break
    assert killed > 0
    api.load(world.settings, world.active)
    assert rows(world, STORED) == expected
    assert api.pending(world.settings, world.active) == 0


def copy_contracts(world: World, folder: Path) -> Path:
    import shutil

    return Path(shutil.copytree(world.settings.contracts, folder / "contracts"))


def test_change_sets_of_a_feed_without_a_file_are_named_before_anything_is_loaded(world: World) -> None:
    made = world.deliver(SHOOTINGS, 1, {KIND: [victim("insert", "v1")]})
    with pytest.raises(LoadError, match=r"change sets of us_xx_gone/shooting, .*Put the file back"):
        api.load(world.settings, [replace(made, feed_id="us_xx_gone/shooting")])
