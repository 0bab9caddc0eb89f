"""Linkage and network at size: seconds and memory of each step, against the targets of docs/linkage.md.

Run: ``.venv/bin/python benchmarks/linkage.py [--mentions N] [--nodes N] [--batches N]``; 0 leaves one out.
Accuracy: `nnsc link evaluate`.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src")]

from linkage import blocks, decisions, evaluate, features, fillers, groups, pairs, profiles, rules, run, state, store  # noqa: E402
from linkage.policy import MEMORY, POLICY  # noqa: E402
from network import graph as g  # noqa: E402
from settings import Settings  # noqa: E402


@contextmanager
def timed(name: str) -> Iterator[None]:
    """Print the seconds of a step (of the clock, and of this process's CPU), and its highest memory so far."""
    start, used = time.monotonic(), time.process_time()
    yield
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    took, cpu = time.monotonic() - start, time.process_time() - used
    print(f"{name:42} {took:8.1f} s {cpu:8.1f} s CPU   peak so far {peak:5.2f} GB", flush=True)


def linkage(mentions: int) -> None:
    """A relink from a frozen model, then ten thousand mentions more."""
    with tempfile.TemporaryDirectory() as work, duckdb.connect(config={"threads": 2, "memory_limit": MEMORY}) as db:
        with timed("writing and reading simulated mentions"):
            evaluate.load_simulated(db, Path(work), 500, min(mentions, 200_000))
        with timed("training on 200,000"):
            model = evaluate.train_on(db, Path(work))
        evaluate.load_simulated(db, Path(work), 1, mentions)
        db.execute(f"attach '{Path(work) / store.STATE}' as state")
        with timed("features"):
            features.build(db, "mention", "feature_new")
            db.execute("create table lk_gone (unique_id varchar)")
            state.replace(db, "feature", "feature_new", "lk_gone", anew=True)
        with timed("fillers, profiles, blocks"):
            decisions.tabulate(db, [], POLICY, anew=True)
            fillers.refresh(db, POLICY, anew=True)
            profiles.refresh(db, [], anew=True)
            blocks.refresh(db, POLICY, anew=True)
        with timed("scoring and vetoes"):
            print(pairs.refresh(db, model, POLICY, anew=True), "pairs kept")
        with timed("records that fit several generations"):
            rules.veto_ambiguous(db, POLICY, anew=True)
        with timed("clustering with arrays and outcomes"):
            groups.refresh(db, [], POLICY, anew=True)


def batches(mentions: int) -> None:
    """Whole runs with a ledger: all at once; the same in five batches in random order; then ten thousand more."""
    with tempfile.TemporaryDirectory() as work, duckdb.connect(config={"threads": 2, "memory_limit": MEMORY}) as db:
        folder = Path(work)
        evaluate.load_simulated(db, folder, 1, mentions + 10_000)
        db.execute("alter table mention add column place double")
        db.execute("update mention set place = hash(mention_key, 7) / 2.0 ** 64")
        share = mentions / (mentions + 10_000)
        homes = {name: Settings(home=folder / name) for name in ("once", "batches")}

        def link(name: str, until: float) -> None:
            source = folder / "mentions.parquet"
            db.execute(f"copy (select *, 'arrest' as record_kind from mention where place < {until}) to '{source}'")
            with timed(f"{name}: run with {until:.0%} of the mentions"):
                done = run.run(homes[name], source=f"read_parquet('{source}')")
            print(f"  {done.new_or_changed:,} new or changed, {done.people:,} people, {done.merges} merges")

        for part in range(1, 6):
            link("batches", share * part / 5)
        link("once", share)
        print(f"mentions whose linked and action cluster differ: {_differing(db, homes)} of {mentions:,}")
        link("once", 1.0)


def _differing(db: duckdb.DuckDBPyConnection, homes: dict[str, Settings]) -> tuple[int, ...]:
    """Mentions whose cluster (named for the first in it) is not the same in both homes, by grade."""
    tables, found = [], []
    for name, home in homes.items():
        last = store.last_run(home)
        assert last is not None
        db.execute(f"attach '{last.folder / store.STATE}' as {name} (read_only)")
        tables.append(f"{name}.partition")
    for grade in ("linked", "action"):
        found.append(db.execute(
            f"select count(*) from {tables[0]} as a full join {tables[1]} as b using (unique_id) "
            f"where a.{grade} is distinct from b.{grade}"
        ).fetchall()[0][0])  # fmt: skip
    for name in homes:
        db.execute(f"detach {name}")
    return tuple(found)


def network(people: int) -> None:
    """Co-arrest graphs with three ties a person: in crews of thirty with one tie of six to somebody else, and by chance
    with hubs, which has no communities to find and is the worst case."""
    import igraph  # noqa: F401  (its import is no part of a measure)

    rng = np.random.default_rng(1)
    first = rng.integers(0, people, people * 3)
    crew = np.minimum(first // 30 * 30 + rng.integers(0, 30, people * 3), people - 1)
    other = np.where(rng.random(people * 3) < 5 / 6, crew, rng.integers(0, people, people * 3))
    measured("crews", people, np.stack([first, other], axis=1), rng)
    measured("hubs", people, (people * rng.random((people * 3, 2)) ** 1.5).astype(np.int64), rng)


def measured(name: str, people: int, ends: NDArray[np.int64], rng: np.random.Generator) -> None:
    """Everything that is measured of one graph."""
    ends = ends[ends[:, 0] != ends[:, 1]]
    weight = rng.random(len(ends))
    victims = rng.random(people) < 0.008
    with timed(f"network ({name}): build"):
        built = g.build(ends[:, 0], ends[:, 1], weight, np.arange(people))
    with timed(f"network ({name}): components, cores, degrees"):
        g.measure(built)
    with timed(f"network ({name}): Leiden"):
        g.communities(built)
    with timed(f"network ({name}): distance and exposure"):
        g.distance_to(built, victims)
        g.exposure(built, victims)


def main() -> None:
    """Run the parts whose size is not 0."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--mentions", type=int, default=1_000_000, help="mentions of the steps of one relink")
    given.add_argument("--nodes", type=int, default=1_000_000, help="people of the networks")
    given.add_argument("--batches", type=int, default=200_000, help="mentions of whole runs with a ledger")
    options = given.parse_args()
    for size, work in ((options.mentions, linkage), (options.nodes, network), (options.batches, batches)):
        if size:
            work(size)


if __name__ == "__main__":
    main()
