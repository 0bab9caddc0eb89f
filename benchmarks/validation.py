"""Validation of a large typed Parquet file: Great Expectations' verdict and the failure scan, against bare DuckDB.

    .venv/bin/python benchmarks/validation.py [--rows 10000000]

Goal: verdict + failure scan <= 2.5 times (bare counting scan + failure scan), <= 1.5 GB; 15 expectations, one run, the
imports of Great Expectations excluded (Airflow's workers inherit them).
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT / "src")]

#: One record in 10,000 has an age of 224, one in 20,000 no day, one in 30,000 an unread birth date.
ROWS = """
    select i as row_number, 0::integer as record_no, 'A' || i as _key, null::varchar as _conflict,
        case when i % 30000 = 0 then '31/02/1990' end as _u_arrestee_birth_date, null::varchar as _u_arrestee_age,
        null::varchar as _u_arrested_on, 'A' || i as arrest_id, 'I' || (i // 2) as incident_id,
        case when i % 20000 <> 0 then date '2015-01-01' + (i % 3650)::int end as arrested_on,
        case when i % 10000 = 0 then 224 else 18 + i % 60 end::integer as arrestee_age,
        case when i % 30000 <> 0 then date '1950-01-01' + (i % 20000)::int end as arrestee_birth_date,
        40.6 + (i % 1000) / 5000.0 as latitude, -74.1 + (i % 1000) / 5000.0 as longitude,
        'Area ' || (i % 25) as area_id, (i % 77)::varchar as precinct_id, ['18-24', '25-44', '45-64'][1 + i % 3]
        as arrestee_age_group, ['M', 'F'][1 + i % 2] as arrestee_sex
    from range(1, {rows} + 1) as t(i)
"""
EXTRA = [
    {"type": "expect_column_values_to_be_between", "column": "latitude", "min_value": 40, "max_value": 41},
    {"type": "expect_column_values_to_be_between", "column": "longitude", "min_value": -75, "max_value": -73},
    {"type": "expect_column_values_to_be_in_set", "column": "arrestee_sex", "value_set": ["M", "F", "U"]},
    {"type": "expect_column_values_to_match_regex", "column": "area_id", "regex": "^Area [0-9]+$"},
]


def rules() -> list[Any]:
    """Fifteen rules: keys, readable values, the contract's and some of a feed."""
    from feeds.contracts import Expectation, load_contracts
    from ingest.rules import build_rules

    contract = load_contracts(PROJECT / "expectations")["arrest"]
    extra = [Expectation.model_validate({**e, "severity": "warn", "reason": "benchmark"}) for e in EXTRA]
    parsed = ["arrestee_birth_date", "arrestee_age", "arrested_on"]
    made = build_rules(contract, extra, parsed, datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("America/New_York"))
    assert len(made) == 15, len(made)
    return made


def scans(file: Path, made: list[Any]) -> tuple[float, float]:
    """Seconds of the bare counting scan and of the scan that names every failing row and its reasons."""
    import duckdb

    connection = duckdb.connect(config={"threads": 2, "memory_limit": "1GB"})
    counts = ", ".join(f"count(*) filter ({rule.broken})" for rule in made)
    started = time.perf_counter()
    connection.execute(f"select {counts} from read_parquet('{file}')").fetchall()
    counted = time.perf_counter() - started
    reasons = ", ".join(f"case when {rule.broken} then '{rule.name}' end" for rule in made)
    broken = " or ".join(f"coalesce({rule.broken}, false)" for rule in made)
    started = time.perf_counter()
    connection.execute(
        f"create table failed as select row_number, [{reasons}] from read_parquet('{file}') where {broken}"
    )
    return counted, time.perf_counter() - started


def bare(file: Path) -> tuple[float, float]:
    """Counting and failure scan without Great Expectations: seconds, peak GB."""
    return sum(scans(file, rules())), _peak()


def whole(file: Path) -> tuple[float, float]:
    """What a batch pays: the verdict, the counts that it is reconciled with, the failure scan."""
    from ingest.gx import session, validate

    made = rules()
    session()
    started = time.perf_counter()
    verdict = validate(f"select * from read_parquet('{file}')", made)
    seconds = time.perf_counter() - started
    assert sum(result["unexpected_count"] for result in verdict) > 0
    return seconds + sum(scans(file, made)), _peak()


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def _apart(job: Callable[[Path], tuple[float, float]], file: Path) -> tuple[float, float]:
    """Run in a process of its own, so that each has its own peak."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(job, (file,))


def main() -> None:
    """Print seconds, the ratio and the peak."""
    import duckdb

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "arrest.parquet"
        duckdb.execute(f"copy ({ROWS.format(rows=rows)}) to '{file}' (format parquet)")
        floor, _ = _apart(bare, file)
        ours, peak = _apart(whole, file)
    print(f"{rows:,} rows, 15 expectations")
    print(f"bare counting scan + failure scan  {floor:7.2f} s")
    print(f"verdict + counts + failure scan    {ours:7.2f} s  ratio {ours / floor:.2f} (goal 2.5)  peak {peak:.2f} GB")


if __name__ == "__main__":
    main()
