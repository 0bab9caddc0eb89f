"""The warehouse with many arrests in place, and what 10,000 changed records cost then.

    .venv/bin/python benchmarks/warehouse.py [--rows 1000000] [--warehouse postgresql://user@host/empty_database]

Goals at 10,000,000 rows: the models and tests of the incremental build take <= 15% of the SQL time of the full one, the
whole command <= that + 12 s. One charge for every ten arrests. Peak memory is that of a process that only builds.
"""

from __future__ import annotations

import argparse
import itertools
import json
import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT / "src"), str(PROJECT / "tests")]

from settings import Settings  # noqa: E402
from support.warehouse_world import ARRESTS, START, ChangeSet, KindFiles, World, make_world  # noqa: E402

CHANGED = 10_000
ARREST = """'A' || i as arrest_id, 'I' || i // 2 as incident_id,
    date '2015-01-01' + cast(i % 3650 as integer) as arrested_on,
    timestamp '2015-01-01' + to_minutes(i % 5256000) as arrested_at, arrested_at as arrested_at_local,
    'Area ' || i % 25 as area_id, 'P' || i % 77 as precinct_id, 'B' || i % 300 as beat_id,
    i % 300 || ' Main Street' as location_text, 42 + i % 9999 / 1e5 as latitude, -71 - i % 9999 / 1e5 as longitude,
    'Name' || i % 90000 as arrestee_last_name, 'First' || i % 3000 as arrestee_first_name,
    date '1960-01-01' + cast(i % 16000 as integer) as arrestee_birth_date, cast(18 + i % 50 as integer) as arrestee_age,
    if(i % 5 = 0, 'F', 'M') as arrestee_sex, 'SID' || i % 4000000 as arrestee_sid"""
CHARGE = """'A' || i as arrest_id, 1::integer as charge_number,
    
    ['ROBBERY 1', 'ASSAULT 3', 'CRIM POSS WEAP-2', 'PETIT LARCENY', 'UNLICENSED OPERATOR'][1 + i % 5]
    as source_offense"""
KINDS = {"arrest": (ARREST, 1), "arrest_charge": (CHARGE, 10)}


def write(world: World, day: int, spans: dict[str, tuple[int, int]]) -> None:
    """A change set: operation -> half-open span of arrest numbers; updates move the arrest to another area."""
    number = len(world.active) + 1
    folder = world.settings.home / "sets" / str(number)
    folder.mkdir(parents=True)
    files = tuple(write_kind(world, folder, kind, spans) for kind in KINDS)
    known_at = START + timedelta(days=day)
    place = ARRESTS.split("/")[0]
    world.active.append(ChangeSet(f"cs{number}", ARRESTS, place, f"b{number}", 1, known_at, number, files))


def write_kind(world: World, folder: Path, kind: str, spans: dict[str, tuple[int, int]]) -> KindFiles:
    """The narrow and the wide file of one kind."""
    expression, every = KINDS[kind]
    contract = world.contracts[kind]
    references = [f"{entity}_key" for entity in contract.references]
    keys = ", ".join(f"if(op = 'delete', null, md5('{name}' || i)) as {name}" for name in references)
    parts = [f"select '{op}' as op, i from range({a}, {b}) r(i) where i % {every} = 0" for op, (a, b) in spans.items()]
    paths = (folder / f"{kind}.changes.parquet", folder / f"{kind}.records.parquet")
    with duckdb.connect(config={"threads": 2, "memory_limit": "4GB", "preserve_insertion_order": False}) as db:
        db.execute(f"create view numbers as {' union all '.join(parts)}")
        db.execute(
            f"copy (select op, md5('{kind}' || i) as record_key, 'A' || i as source_key, 'key' as identity_basis, "
            f"if(op = 'delete', null, i) as row_number, if(op = 'delete', null, 0) as record_no, "
            f"md5(op || i)::blob as content_hash, {keys} from numbers) to '{paths[0]}'"
        )
        made = f"select i as row_number, 0 as record_no, op, {expression} from numbers where op <> 'delete'"
        present = {row[0] for row in db.execute(f"describe {made}").fetchall()}
        columns = [
            f"cast({name if name in present else 'null'} as {stored}) as {name}"
            for name, stored in contract.stored_columns()
        ]
        moved = [
            f"if(op = 'update', 'Moved', {c.split(' as ')[0][5:]}) as area_id" if c.endswith(" area_id") else c
            for c in columns
        ]
        db.execute(f"copy (select row_number, record_no, {', '.join(moved)} from ({made})) to '{paths[1]}'")
    return KindFiles(kind, *paths)


def build(settings: Settings, active: list[ChangeSet], answer: Any) -> None:
    """One build in a process of its own; answers seconds of each part and the peak memory."""
    from warehouse import api

    before = time.perf_counter()
    marks = [("start", before)]
    api.load(settings, active)
    marks.append(("load", time.perf_counter()))
    result = api.transform(settings)
    marks.append(("dbt", time.perf_counter()))
    api.publish(settings)
    marks.append(("publish", time.perf_counter()))
    told = json.loads((settings.home / "dbt" / "target" / "run_results.json").read_text())["results"]
    parts = {name: later - earlier for (_, earlier), (name, later) in itertools.pairwise(marks)}
    sql = sum(node["execution_time"] for node in told)
    models = sum(node["execution_time"] for node in told if node["unique_id"].startswith("model."))
    slowest = sorted(((round(n["execution_time"], 1), n["unique_id"].split(".")[2]) for n in told), reverse=True)[:12]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    answer.put((parts, sql, models, memory, slowest, result.models, result.tests_passed))


def measured(name: str, world: World) -> tuple[float, float, float]:
    """Build and print; returns seconds of all SQL, of the models alone, and of the whole."""
    context = multiprocessing.get_context("spawn")
    answer = context.Queue()
    process = context.Process(target=build, args=(world.settings, world.active, answer))
    process.start()
    while answer.empty() and process.is_alive():
        process.join(1)
    if answer.empty():
        sys.exit(f"the build ended with exit code {process.exitcode}")
    parts, sql, in_models, memory, slowest, models, tests = answer.get()
    process.join()
    told = ", ".join(f"{part} {seconds:.1f} s" for part, seconds in parts.items())
    print(f"{name}: {sum(parts.values()):.1f} s ({told}); {memory:.1f} GB at the most")
    print(f"  SQL of {models} models {in_models:.1f} s, with {tests} tests {sql:.1f} s")
    print(f"  slowest: {slowest}", flush=True)
    return sql, in_models, sum(parts.values())


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--warehouse", default="", help="postgresql://... of an empty database")
    options = arguments.parse_args()
    home = Path(tempfile.mkdtemp(prefix="nnsc-bench-"))
    try:
        world = make_world(home)
        if options.warehouse:
            world.settings = world.settings.model_copy(update={"warehouse": options.warehouse})
        write(world, 1, {"insert": (0, options.rows)})
        full, full_models, _ = measured(f"full build, {options.rows:,} arrests", world)
        middle, rows = options.rows // 2, options.rows
        write(world, 2, {"update": (middle, middle + CHANGED // 2), "delete": (10, 10 + CHANGED // 10),
                         "insert": (rows, rows + CHANGED * 4 // 10)})  # fmt: skip
        sql, models, whole = measured(f"incremental, {CHANGED:,} changed", world)
        print(f"incremental: models {models / full_models:.1%}, with tests {sql / full:.1%} of full (goal <= 15%)")
        print(f"beyond SQL {whole - sql:.1f} s (goal <= 12 s)")
    finally:
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
