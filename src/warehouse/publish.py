"""Publishing: a new file with core, marts and reference, written table by table and swapped in atomically."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from feeds.contracts import Contract
from settings import Settings
from warehouse.engine import engine_for
from warehouse.errors import PublishError
from warehouse.transform import Run, newest_run, project_digest, target_folder

#: Schemas that are published; names live in the others.
PUBLISHED_SCHEMAS = ("core", "marts", "reference")
FILE_NAME, MANIFEST_NAME = "warehouse.duckdb", "manifest.json"
_NEVER = frozenset({"source_key", "row_number", "content_hash"})


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
    settings: Settings,
    contracts: Mapping[str, Contract],
    on_event: Callable[[str], None] | None = None,
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
            tables = _write(db, draft, contracts, target_folder(settings) / "manifest.json")
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
    return run


def _write(
    db: duckdb.DuckDBPyConnection,
    draft: Path,
    contracts: Mapping[str, Contract],
    dbt_manifest: Path,
) -> dict[str, int]:
    """Write every table into the draft; returns their rows."""
    mask = os.umask(0o077)
    try:
        db.execute(f"attach {_quoted(str(draft))} as publication")
    finally:
        os.umask(mask)
    tables = {}
    for schema, table in _relations(db):
        db.execute(f'create schema if not exists publication."{schema}"')
        db.execute(f'create table publication."{schema}"."{table}" as select * from "{schema}"."{table}"')
        counted = db.execute(f'select count(*) from publication."{schema}"."{table}"').fetchone()
        tables[f"{schema}.{table}"] = int(counted[0]) if counted else 0
    _refuse_identifiers(db, contracts)
    for statement in _comments(db, dbt_manifest):
        db.execute(statement)
    db.execute("detach publication")
    return tables


def _relations(db: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    places = ", ".join("?" * len(PUBLISHED_SCHEMAS))
    return db.execute(
        "select table_schema, table_name from information_schema.tables where table_catalog = current_database() "
        f"and table_schema in ({places}) order by all",
        list(PUBLISHED_SCHEMAS),
    ).fetchall()


def _refuse_identifiers(db: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract]) -> None:
    forbidden = _NEVER.union(*(contract.identifying_columns() for contract in contracts.values()))
    found = db.execute(
        "select table_schema || '.' || table_name || '.' || column_name from information_schema.columns "
        "where table_catalog = 'publication' and column_name in (select unnest(?)) order by all",
        [sorted(forbidden)],
    ).fetchall()
    if found:
        names = ", ".join(row[0] for row in found)
        raise PublishError(
            f"Identifying columns would be published: {names}.",
            "Remove them from the models under dbt/models/core.",
        )


def _comments(db: duckdb.DuckDBPyConnection, dbt_manifest: Path) -> Iterator[str]:
    """The models' and columns' descriptions as comments, so that a reader finds them beside the data."""
    if not dbt_manifest.is_file():
        return
    present = {(row[0], row[1]) for row in _relations(db)}
    for node in json.loads(dbt_manifest.read_text())["nodes"].values():
        if (node["schema"], node["name"]) in present:
            table = f'publication."{node["schema"]}"."{node["name"]}"'
            yield f"comment on table {table} is {_quoted(node['description'])}"
            for name, column in node["columns"].items():
                if column["description"]:
                    yield f'comment on column {table}."{name}" is {_quoted(column["description"])}'


def _quoted(text: str) -> str:
    return "'" + text.strip().replace("'", "''") + "'"


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
