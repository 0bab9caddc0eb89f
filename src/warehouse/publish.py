"""Publishing: a new file with core, marts and reference, written table by table and swapped in atomically."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from feeds.contracts import Contract
from settings import Settings
from warehouse.dbt_runner import dbt_manifest
from warehouse.engine import engine_for
from warehouse.errors import PublishError
from warehouse.publication import relations, write
from warehouse.transform import Run, newest_run, project_digest

FILE_NAME, MANIFEST_NAME = "warehouse.duckdb", "manifest.json"


@dataclass(frozen=True)
class PublishResult:
    """The published file and the rows of each of its tables (``schema.table``); ``is_new`` when it was written now."""

    path: Path
    tables: dict[str, int]
    is_new: bool = True


def publication_path(settings: Settings) -> Path:
    """The file that readers open."""
    return settings.published / FILE_NAME


def standing(settings: Settings, run_id: int) -> PublishResult | None:
    """The publication that stands already, if it comes from that run."""
    file = settings.published / MANIFEST_NAME
    if not file.is_file() or not publication_path(settings).is_file():
        return None
    manifest = json.loads(file.read_text())
    if manifest["run_id"] != run_id:
        return None
    return PublishResult(publication_path(settings), manifest["tables"], is_new=False)


def publish(
    settings: Settings, contracts: Mapping[str, Contract], on_event: Callable[[str], None] | None = None
) -> PublishResult:
    """Publish the newest build, if it is whole and its tests passed.

    Raises:
        PublishError: it is not, or an identifying column would be published; the last publication stays.
    """
    settings.private_dir(settings.published)
    target = publication_path(settings)
    draft = settings.published / f".draft-{os.getpid()}-{uuid.uuid4().hex[:8]}.duckdb"
    try:
        with engine_for(settings).session() as db:
            run = _publishable(settings, db)
            _sweep(settings)
            tables = write(db, draft, relations(dbt_manifest(settings)), contracts)
            manifest = _manifest(settings, db, run, tables)
        _make_durable(draft)
        draft.replace(target)
    finally:
        for rest in (draft, Path(f"{draft}.wal")):
            rest.unlink(missing_ok=True)
    _replace_text(settings.published / MANIFEST_NAME, json.dumps(manifest, indent=2) + "\n")
    if on_event:
        on_event(f"Published {len(tables)} tables ({sum(tables.values()):,} rows) as {target}.")
    return PublishResult(target, tables)


def _publishable(settings: Settings, db: duckdb.DuckDBPyConnection) -> Run:
    run = newest_run(db)
    remedy = "Run `nnsc build`; the last publication stays until then."
    if run is None or run.state != "passed":
        state = "nothing was built yet" if run is None else f"the newest dbt run ({run.run_id}) is {run.state}"
        raise PublishError(f"There is nothing to publish: {state}.", remedy)
    newest = db.execute("select max(load_id) from raw.load").fetchone()
    if newest is None or newest[0] != run.load_id:
        raise PublishError("Change sets were loaded after the newest dbt run.", remedy)
    if run.project_digest != project_digest(settings):
        raise PublishError("The dbt project changed after the newest dbt run.", remedy)
    if not dbt_manifest(settings).is_file():
        raise PublishError(f"dbt's manifest is gone: {dbt_manifest(settings)}.", remedy)
    return run


def _sweep(settings: Settings) -> None:
    """Remove drafts that killed processes left; the warehouse's lock says that nobody else is writing one."""
    for rest in settings.published.glob(".draft-*"):
        rest.unlink(missing_ok=True)


def _manifest(settings: Settings, db: duckdb.DuckDBPyConnection, run: Run, tables: dict[str, int]) -> dict[str, Any]:
    sequence = db.execute("select max(load_seq), count(*) from raw.change_set").fetchone()
    assert sequence is not None
    return {
        "run_id": run.run_id,
        "load_id": run.load_id,
        "load_seq": sequence[0],
        "change_sets": sequence[1],
        "published_at": settings.now().isoformat(),
        "tests": {"passed": run.tests_passed, "warned": run.tests_warned, "failed": 0},
        "versions": {name: version(name) for name in ("duckdb", "dbt-core", "dbt-duckdb")},
        "tables": tables,
    }


def _make_durable(file: Path) -> None:
    with file.open("rb") as handle:
        os.fsync(handle.fileno())


def _replace_text(file: Path, text: str) -> None:
    draft = file.with_name(f".{file.name}-{os.getpid()}")
    draft.write_text(text)
    draft.chmod(0o600)
    draft.replace(file)
