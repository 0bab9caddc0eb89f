"""Many small drops: 2,000 files of 500 rows in one drain, and the same behind a ledger of 100,000 deliveries.

    .venv/bin/python benchmarks/many_small.py [--drops 2000] [--ledger 100000] [--behind 100]

Goals: median <= 250 ms a delivery, not growing: neither from the first to the last hundred drops, nor with the ledger.
Great Expectations is imported before the clock starts, as Airflow's workers inherit it.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT / "src"), str(PROJECT / "benchmarks")]

from ingest.api import drain, fetch  # noqa: E402
from settings import Settings, load_settings  # noqa: E402

ROWS = 500
FEED = "us_bench/arrest"


def installation(folder: Path) -> Settings:
    """An empty installation with one feed of news (mode append)."""
    from big_file import TEXT

    feeds = folder / "jurisdictions" / "us_bench"
    feeds.mkdir(parents=True)
    (feeds / "jurisdiction.yml").write_text("name: Bench\ncountry: US\ntimezone: America/New_York\n")
    (feeds / "arrest.yml").write_text(TEXT.replace("mode: full", "mode: append"))
    return load_settings(home=folder / "home", jurisdictions=folder / "jurisdictions")


def write_drops(settings: Settings, first: int, count: int) -> None:
    """Files of new arrests in the feed's bucket."""
    import duckdb
    from big_file import ROW

    bucket = settings.buckets / FEED
    bucket.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        for number in range(first, first + count):
            query = f"select {ROW.format(change=0)} from range({number * ROWS}, {(number + 1) * ROWS}) t(i)"
            connection.execute(f"copy ({query}) to '{bucket}/drop_{number:07}.csv' (header, delimiter ',')")


def drained(settings: Settings) -> list[float]:
    """Seconds that each waiting delivery takes."""
    fetch(settings, FEED)
    ends = [time.perf_counter()]
    outcomes = drain(settings, FEED, lambda _: ends.append(time.perf_counter())).deliveries
    assert {outcome.state for outcome in outcomes} == {"applied"}
    return [end - start for start, end in itertools.pairwise(ends)]


def lengthen(settings: Settings, deliveries: int) -> None:
    """Put deliveries of the past into the ledger, as many drops would have left them behind (files are shared)."""
    import sqlalchemy as sa

    from ingest import tables as t
    from ingest.ledger import transaction

    with transaction(settings) as connection:
        shown = connection.execute(sa.select(t.delivery).order_by(t.delivery.c.known_at).limit(1)).one()._mapping
        mine = t.change_set.c.delivery_id == shown["delivery_id"]
        changes = connection.execute(sa.select(t.change_set).where(mine)).one()._mapping
        past = datetime(2000, 1, 1, tzinfo=UTC)
        for first in range(0, deliveries, 10_000):
            numbers = range(first, min(first + 10_000, deliveries))
            moments = {n: past + timedelta(minutes=n) for n in numbers}
            rows = [
                {
                    **shown,
                    "delivery_id": f"past-{n}",
                    "identity": f"past-{n}",
                    "known_at": moments[n],
                    "receipted": True,
                }
                for n in numbers
            ]
            connection.execute(t.delivery.insert(), rows)
            sets = [
                {**changes, "change_set_id": f"past-{n}.1", "delivery_id": f"past-{n}", "known_at": moments[n],
                 "load_seq": -1 - n} for n in numbers
            ]  # fmt: skip
            connection.execute(t.change_set.insert(), sets)


def told(name: str, seconds: list[float]) -> None:
    """One line of the result."""
    worst = sorted(seconds)[int(len(seconds) * 0.95)]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{name:38} median {median(seconds) * 1000:5.0f} ms  95% {worst * 1000:5.0f} ms  {memory:.2f} GB", flush=True)


def main() -> None:
    """Run the benchmark and print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drops", type=int, default=2_000)
    parser.add_argument("--ledger", type=int, default=100_000)
    parser.add_argument("--behind", type=int, default=100, help="drops behind the long ledger")
    options = parser.parse_args()
    from ingest.gx import session

    session()
    folder = Path(tempfile.mkdtemp())
    settings = installation(folder)
    write_drops(settings, 0, options.drops)
    seconds = drained(settings)
    part = min(100, options.drops // 2)
    told(f"{options.drops:,} drops (goal 250 ms)", seconds)
    told(f"the first {part}", seconds[:part])
    told(f"the last {part}", seconds[-part:])
    lengthen(settings, options.ledger)
    write_drops(settings, options.drops, options.behind)
    told(f"behind {options.ledger:,} deliveries", drained(settings))
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
