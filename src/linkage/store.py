"""What a run leaves for the next one: features, edges and the review queue as Parquet, one folder per run.

The folder that counts is the one that the ledger's newest run names, so that a killed run leaves nothing behind but an
orphan folder, which the next run sweeps.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ingest import link_tables as lt
from ingest.ledger import engine
from linkage.train import Model, load_model

if TYPE_CHECKING:
    from settings import Settings

BASE_MODEL = Path(__file__).with_name("base_model")


@dataclass(frozen=True)
class LastRun:
    """The newest run that was kept."""

    run_id: int
    model_version: str
    folder: Path
    counts: dict[str, Any]

    def table(self, name: str) -> str:
        """One of its Parquet files, as SQL reads it."""
        return f"read_parquet('{self.folder / f'{name}.parquet'}')"


def root(settings: Settings) -> Path:
    """Where linkage keeps its files (owner only: names lie in them)."""
    return settings.private_dir(settings.home / "linkage")


def last_run(settings: Settings) -> LastRun | None:
    """The newest run, or None before the first.

    Raises:
        LinkageError: its folder is gone.
    """
    query = sa.select(lt.link_run).order_by(lt.link_run.c.run_id.desc()).limit(1)
    with engine(settings).connect() as connection:
        row = connection.execute(query).first()
    if row is None:
        return None
    folder = root(settings) / row.state
    return LastRun(int(row.run_id), row.model_version, folder, dict(row.counts))


def has_files(run: LastRun | None) -> bool:
    """False when its Parquet files were lost; then the next run relinks everything (nothing durable is in them)."""
    return run is not None and (run.folder / "feature.parquet").is_file() and (run.folder / "edge.parquet").is_file()


def new_folder(settings: Settings) -> Path:
    """A folder for the files of a run that is under way."""
    return settings.private_dir(root(settings) / f"run-{uuid.uuid4().hex[:12]}")


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
