"""What a run leaves for the next one: its ``state`` (see there) as one DuckDB file in a folder of its own.

The folder that counts is the one that the ledger's newest run names. A run works on a copy of the file before, so that
a killed one leaves nothing behind but an orphan folder, which the next run sweeps.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ingest import link_tables as lt
from ingest.ledger import engine
from linkage.errors import LinkageError
from linkage.policy import MEMORY
from linkage.train import Model, load_model

if TYPE_CHECKING:
    import duckdb

    from settings import Settings

STATE = "state.duckdb"
BASE_MODEL = Path(__file__).with_name("base_model")


@dataclass(frozen=True)
class LastRun:
    """The newest run that was kept."""

    run_id: int
    model_version: str
    folder: Path
    counts: dict[str, Any]

    def open(self) -> duckdb.DuckDBPyConnection:
        """Its tables, to read.

        Raises:
            LinkageError: its file is gone or damaged.
        """
        import duckdb

        if not has_files(self):
            raise LinkageError("The files of the last linkage are gone; run `nnsc link run`, which makes them anew.")
        try:
            return duckdb.connect(str(self.folder / STATE), read_only=True)
        except duckdb.IOException as error:
            raise _damaged() from error


def _damaged() -> LinkageError:
    return LinkageError("The file of the last linkage cannot be read; run `nnsc link run --full`, which makes it anew.")


def root(settings: Settings) -> Path:
    """Where linkage keeps its files (owner only: names lie in them)."""
    return settings.private_dir(settings.home / "linkage")


def last_run(settings: Settings) -> LastRun | None:
    """The newest run, or None before the first."""
    query = sa.select(lt.link_run).order_by(lt.link_run.c.run_id.desc()).limit(1)
    with engine(settings).connect() as connection:
        row = connection.execute(query).first()
    if row is None:
        return None
    folder = root(settings) / row.state
    return LastRun(int(row.run_id), row.model_version, folder, dict(row.counts))


def has_files(run: LastRun | None) -> bool:
    """False when its file was lost; then the next run relinks everything (nothing durable is in it)."""
    return run is not None and (run.folder / STATE).is_file()


@contextmanager
def working(settings: Settings, before: LastRun | None) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A connection with ``state`` attached in a new folder, as ``before`` left it or empty; and that folder."""
    import duckdb

    folder = settings.private_dir(root(settings) / f"run-{uuid.uuid4().hex[:12]}")
    work = str(settings.private_dir(settings.work / "linkage"))
    if before is not None:
        shutil.copyfile(before.folder / STATE, folder / STATE)
    db = duckdb.connect(config={"threads": settings.threads, "memory_limit": MEMORY, "temp_directory": work})
    try:
        try:
            db.execute(f"attach '{folder / STATE}' as state")
        except duckdb.IOException as error:
            raise _damaged() from error
        (folder / STATE).chmod(0o600)
        db.execute("set wal_autocheckpoint = '1GB'")  # nobody reads it before the end: one checkpoint is enough
        yield db, folder
    finally:
        db.close()


def sweep(settings: Settings, keep: Path) -> None:
    """Remove the folders of other runs."""
    for folder in root(settings).glob("run-*"):
        if folder != keep:
            shutil.rmtree(folder)


def current_model(settings: Settings) -> Model:
    """The model in use: the adopted one, else the one that comes with linkage."""
    pointer = root(settings) / "model"
    if pointer.is_file():
        return load_model(root(settings) / "models" / pointer.read_text().strip())
    return base_model()


def base_model() -> Model:
    """The model that comes with linkage; its version says which, so that a new one relinks everything."""
    model = load_model(BASE_MODEL)
    digest = hashlib.sha256((BASE_MODEL / "model.json").read_bytes()).hexdigest()
    return replace(model, version=f"base-{digest[:12]}")


def adopt(settings: Settings, version: str) -> Model:
    """Put a trained model to use: the next run relinks everything with it.

    Raises:
        LinkageError: there is no such model.
    """
    model = load_model(root(settings) / "models" / version)
    draft = root(settings) / ".model"
    draft.write_text(version)
    draft.replace(root(settings) / "model")
    return model


def write_json(path: Path, value: object) -> None:
    """Small facts beside the Parquet files."""
    path.write_text(json.dumps(value, indent=1, sort_keys=True, default=str))
