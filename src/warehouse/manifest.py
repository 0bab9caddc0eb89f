"""The manifest of a publication: where it comes from, what is in it, how fresh it is, and what its tests said."""

from __future__ import annotations

from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import duckdb

from settings import Settings
from warehouse.carried import Carried, lineage
from warehouse.kept import next_number
from warehouse.publication import Written
from warehouse.tiers import published_tiers
from warehouse.transform import Run

_PACKAGES = ("duckdb", "dbt-core", "dbt-duckdb", "dbt-postgres")
_FRESHNESS = "marts.mart_ops__feed_freshness"


def describe(
    settings: Settings, db: duckdb.DuckDBPyConnection, run: Run, written: Written, taken: Carried | None
) -> dict[str, Any]:
    """The manifest of a publication that was written from a run, while its warehouse is still open."""
    sequence = db.execute("select max(load_seq), count(*) from raw.change_set").fetchone()
    assert sequence is not None
    tests = {"passed": run.tests_passed, "warned": run.tests_warned, "failed": 0}
    return {
        "publication_id": next_number(settings),
        "run_id": run.run_id,
        "load_id": run.load_id,
        "load_seq": sequence[0],
        "change_sets": sequence[1],
        "project_digest": run.project_digest,
        "published_at": settings.now().isoformat(),
        "tests": {**tests, "results": _results(db)},
        "versions": {name: version(name) for name in _PACKAGES},
        "freshness": _freshness(db),
        "tiers": {t: told for t, told in published_tiers(settings).items() if t in written.rows},
        "tables": written.rows,
        "files": written.files,
        "parts": {table: asdict(parts) for table, parts in written.parts.items()},
        "sums": {table: [str(number) for number in sums] for table, sums in written.sums.items()},
        "lineage": lineage(db, run.load_id),
        "carried": taken.in_a_row if taken is not None else 0,
    }


def _results(db: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """What each test said when it ran last (``pass`` or ``warn``; nothing else is published)."""
    return dict(db.execute("select test_name, status from raw.test_result order by test_name").fetchall())


def _freshness(db: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    """Of each feed: deliveries applied, and until when the newest speaks (UTC)."""
    rows = db.execute(f"select feed_id, batches, last_known_at from {_FRESHNESS} order by feed_id").fetchall()
    return {
        feed: {"batches": batches, "last_known_at": f"{known.isoformat()}Z" if known else None}
        for feed, batches, known in rows
    }
