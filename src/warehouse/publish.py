"""Publishing: core, marts and reference, written table by table, kept by content, and swapped in atomically."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from feeds.contracts import Contract
from governance.audit import Event
from ingest.ledger import note
from settings import Settings
from warehouse.carried import Carried, Doubt, carried, lineage, stamp, wal_of
from warehouse.dbt_runner import dbt_manifest, project_digest
from warehouse.engine import engine_for
from warehouse.errors import PublishError
from warehouse.kept import Kept, publication_path, remove_old
from warehouse.manifest import describe
from warehouse.publication import Relation, Written, relations, write
from warehouse.tiers import gate
from warehouse.transform import Run, newest_run

MANIFEST_NAME = "manifest.json"


@dataclass(frozen=True)
class PublishResult:
    """The published file and the rows of each of its tables (``schema.table``); ``is_new`` when it was written now."""

    path: Path
    tables: dict[str, int]
    is_new: bool = True
    publication_id: int = 0


def standing(settings: Settings, run_id: int) -> PublishResult | None:
    """The publication that stands already, if it comes from that run of this warehouse (another one counts anew)."""
    file = settings.published / MANIFEST_NAME
    if not file.is_file() or not publication_path(settings).is_file():
        return None
    manifest = json.loads(file.read_text())
    if manifest["run_id"] != run_id or "lineage" not in manifest:
        return None
    with engine_for(settings).session() as db:
        if manifest["lineage"] != lineage(db, manifest["load_id"]):
            return None
    return PublishResult(publication_path(settings), manifest["tables"], False, manifest["publication_id"])


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
    engine = engine_for(settings)
    try:
        with engine.session() as db:
            run = _publishable(settings, db)
            gate(settings, contracts)
            _sweep(settings)
            wanted = relations(dbt_manifest(settings))
            written, taken = _written(settings, db, run, draft, wanted, contracts, on_event)
            manifest = describe(settings, db, run, written, taken)
            kept = Kept(int(manifest["publication_id"]), manifest, settings.published)
            engine.serve(kept, wanted)
            _make_durable(draft)
            manifest["file"] = stamp(draft)
            wal_of(target).unlink(missing_ok=True)
            draft.replace(target)
            manifest["audit"] = _logged(settings, manifest)
            _remember(settings, kept)
    finally:
        _remove(draft)
    _say(on_event, f"Published {len(kept.tables)} tables ({sum(kept.tables.values()):,} rows) as {target}.")
    return PublishResult(target, kept.tables, publication_id=kept.publication_id)


def _written(
    settings: Settings,
    db: duckdb.DuckDBPyConnection,
    run: Run,
    draft: Path,
    wanted: list[Relation],
    contracts: Mapping[str, Contract],
    on_event: Callable[[str], None] | None,
) -> tuple[Written, Carried | None]:
    """The written draft, and what it took from the publication before: nothing where that cannot be read."""
    try:
        taken = carried(settings, db, run, {one.table: one.kind for one in wanted})
        if taken is not None:
            return write(db, settings, draft, wanted, contracts, taken), taken
    except (duckdb.Error, OSError, Doubt) as error:
        _say(on_event, f"Everything is written, for the publication before cannot be gone on from: {error}")
        _begin_anew(db, draft)
    return write(db, settings, draft, wanted, contracts), None


def _say(on_event: Callable[[str], None] | None, text: str) -> None:
    if on_event:
        on_event(text)


def _begin_anew(db: duckdb.DuckDBPyConnection, draft: Path) -> None:
    """Give up a draft that could not be written."""
    with suppress(duckdb.TransactionException):  # none had begun
        db.rollback()
    attached = db.execute("select count(*) from duckdb_databases() where database_name = 'publication'").fetchall()
    if attached[0][0]:
        db.execute("detach publication")
    _remove(draft)


def _remove(draft: Path) -> None:
    for rest in (draft, wal_of(draft)):
        rest.unlink(missing_ok=True)


def _logged(settings: Settings, manifest: dict[str, Any]) -> dict[str, Any]:
    """A line in the audit log; the manifest carries it away, so that the log cannot be cut back unnoticed."""
    told = {name: manifest[name] for name in ("publication_id", "run_id", "load_seq", "project_digest", "tables")}
    head = note(settings, Event("publication", "warehouse", told))
    return {"seq": head.seq, "digest": head.digest}


def _remember(settings: Settings, kept: Kept) -> None:
    """Write the manifests (the one of the present publication last) and let go of the oldest publications."""
    text = json.dumps(kept.manifest, indent=2) + "\n"
    folder = settings.private_dir(settings.published / "publications")
    _replace_text(folder / f"{kept.publication_id:06}.json", text)
    _replace_text(settings.published / MANIFEST_NAME, text)
    remove_old(settings)


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
    for rest in settings.published.rglob(".*"):
        rest.unlink(missing_ok=True)


def _make_durable(file: Path) -> None:
    with file.open("rb") as handle:
        os.fsync(handle.fileno())


def _replace_text(file: Path, text: str) -> None:
    draft = file.with_name(f".{file.name}-{os.getpid()}")
    draft.write_text(text)
    draft.chmod(0o600)
    draft.replace(file)
