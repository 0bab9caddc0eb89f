"""Ingest of a large arrest file against its floor, DuckDB's read_csv to typed Parquet, in one run.

    .venv/bin/python benchmarks/big_file.py [--rows 10000000] [--keep FOLDER]

Goals: first delivery <= 3.0 times the floor, a redelivery with 1% changed <= 3.0, identical bytes <= 0.3, <= 1.5 GB.
Great Expectations is imported before the clock starts, as Airflow's workers inherit it. Processor seconds stand beside
wall seconds: on a machine that does other things too, only they compare.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT / "src"), str(PROJECT / "tests")]

FEED = "us_bench/arrest"
TEXT = """
description: synthetic arrests, twenty columns
publisher: benchmark
verified: generated
connector: {kind: bucket, path: us_bench/arrest, settle_seconds: 0}
delivery: {mode: full}
layouts:
  - name: "1"
    ignore: {only there to fill: [filler_1, filler_2, filler_3]}
    records:
      - kind: arrest
        key: {columns: [arrest_no]}
        map:
          arrest_id: arrest_no
          incident_id: incident_no
          arrested_at: {from: [day, clock], parse: "%Y-%m-%d %H:%M:%S"}
          arrested_on: {from: day, parse: "%Y-%m-%d"}
          area_id: area
          precinct_id: precinct
          beat_id: beat
          latitude: lat
          longitude: lng
          arrestee_last_name: last_name
          arrestee_first_name: first_name
          arrestee_birth_date: {from: born, parse: "%Y-%m-%d"}
          arrestee_age: age
          arrestee_sex: sex
          arrestee_race: race
          arrestee_sid: sid
          location_text: place
        not_supplied: [arrestee_second_last_name, arrestee_middle_name, arrestee_name_suffix, arrestee_alias_names,
                       arrestee_age_group, arrestee_ethnicity, arrestee_fbi_number, arrestee_local_id, arrestee_address]
"""
ROW = """
    'A' || i as arrest_no, 'I' || (i // 2) as incident_no, (date '2015-01-01' + (i % 3650)::int)::varchar as day,
    printf('%02d:%02d:00', i % 24, i % 60) as clock, 'Area ' || (i % 25) as area, (i % 77)::varchar as precinct,
    'B' || (i % 500) as beat, printf('%.8f', 40 + (i % 100000) / 1000000.0) as lat,
    printf('%.8f', -74 + (i % 99991) / 1000000.0) as lng, 'Lastname' || (i % 40000) as last_name,
    'First' || (i % 5000) as first_name, (date '1950-01-01' + (i % 20000)::int)::varchar as born,
    (18 + i % 60 + {change})::varchar as age, case when i % 5 = 0 then 'F' else 'M' end as sex,
    case i % 4 when 0 then 'BLACK' when 1 then 'WHITE' when 2 then 'ASIAN' else 'UNKNOWN' end as race,
    'S' || (i * 7919 % 100000000) as sid, (i % 9999) || ' MAIN STREET' as place,
    md5(i::varchar) as filler_1, md5((i + 1)::varchar) as filler_2, (i * 3)::varchar as filler_3
"""


def write_file(path: Path, rows: int, changed_percent: int) -> None:
    """A deterministic file of arrests; ``changed_percent`` of them have another age."""
    import duckdb

    change = f"(hash(i) % 100 < {changed_percent})::int"
    query = f"select {ROW.format(change=change)} from range(1, {rows} + 1) t(i)"
    duckdb.execute("set threads = 2")
    duckdb.execute(f"copy ({query}) to '{path}' (header, delimiter ',')")


def floor(path: Path, target: Path) -> None:
    """DuckDB alone: the same columns, typed by its own casts, to Parquet."""
    import duckdb

    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in _columns())
    duckdb.execute("set threads = 2; set memory_limit = '1GB'; set preserve_insertion_order = true")
    scan = f"read_csv('{path}', header=true, auto_detect=false, columns={{{columns}}})"
    duckdb.execute(f"copy (from {scan}) to '{target}' (format parquet)")


def _columns() -> list[tuple[str, str]]:
    typed = {"day": "DATE", "born": "DATE", "clock": "TIME", "lat": "DOUBLE", "lng": "DOUBLE", "age": "INTEGER"}
    names = [part.rsplit(" as ", 1)[1].strip() for part in _expressions()]
    return [(name, typed.get(name, "VARCHAR")) for name in names]


def _expressions() -> list[str]:
    import re

    return [f"x as {name}" for name in re.findall(r" as (\w+)(?:,|\n)", ROW)]


def deliver(home: Path, path: Path, day: str) -> None:
    """Land and apply one delivery."""
    from datetime import UTC, datetime

    from ingest.api import drain, fetch
    from settings import load_settings

    settings = load_settings(home=home, jurisdictions=home.parent / "jurisdictions")
    fetch(settings, FEED, [path], datetime.fromisoformat(day).replace(tzinfo=UTC))
    outcome = drain(settings, FEED).deliveries[-1]
    assert outcome.state == "applied", outcome
    print(f"    {outcome.inserted:,} new, {outcome.updated:,} changed, {outcome.unchanged:,} as before", flush=True)


def measured(work: Callable[..., None], *arguments: object) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak memory (GB) of work in a forked child that inherits the imports."""
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()

    def run() -> None:
        start = time.perf_counter()
        work(*arguments)
        used = resource.getrusage(resource.RUSAGE_SELF)
        queue.put((time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e6))

    child = context.Process(target=run)
    child.start()
    child.join()
    assert child.exitcode == 0, f"{work.__name__} failed"
    seconds, processor, memory = queue.get()
    return float(seconds), float(processor), float(memory)


def main() -> None:
    """Run the benchmark and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--keep", type=Path, help="work here and keep the files")
    options = parser.parse_args()
    folder = options.keep or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    feeds = folder / "jurisdictions" / "us_bench"
    feeds.mkdir(parents=True, exist_ok=True)
    (feeds / "jurisdiction.yml").write_text("name: Bench\ncountry: US\ntimezone: America/New_York\n")
    (feeds / "arrest.yml").write_text(TEXT)
    first, second = folder / "first.csv", folder / "second.csv"
    measured(write_file, first, options.rows, 0)
    measured(write_file, second, options.rows, 1)
    shutil.rmtree(folder / "home", ignore_errors=True)
    print(f"{options.rows:,} rows, {first.stat().st_size / 1e9:.2f} GB")
    base, base_cpu, memory = measured(floor, first, folder / "floor.parquet")
    print(f"{'':20} {'wall':>9} {'':>18}  {'processor':>9}")
    print(f"{'floor':20} {base:7.2f} s {'':>18}  {base_cpu:7.2f} s {'':>8}  {memory:.2f} GB")

    from ingest.gx import session

    session()
    for name, file, day, goal in (
        ("first delivery", first, "2026-01-01", 3.0),
        ("1% changed", second, "2026-02-01", 3.0),
        ("identical bytes", second, "2026-03-01", 0.3),
    ):
        seconds, processor, memory = measured(deliver, folder / "home", file, day)
        wall, cpu = f"{seconds / base:5.2f}x (goal {goal})", f"{processor / base_cpu:5.2f}x"
        print(f"{name:20} {seconds:7.2f} s {wall:>18}  {processor:7.2f} s {cpu:>8}  {memory:.2f} GB", flush=True)
    if options.keep is None:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
