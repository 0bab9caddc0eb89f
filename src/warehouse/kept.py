"""Publications that are kept: a manifest each, over tables that are stored once for each content."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from settings import Settings
from warehouse.errors import NoPublication


@dataclass(frozen=True)
class Kept:
    """One publication: its number, its manifest as written, and where the rows of its tables lie."""

    publication_id: int
    manifest: dict[str, Any]
    folder: Path

    @property
    def tables(self) -> dict[str, int]:
        """Rows of each table (``schema.table``)."""
        return dict(self.manifest["tables"])

    def file(self, table: str) -> Path:
        """The Parquet file with the rows of a table."""
        return self.folder / "tables" / str(self.manifest["files"][table])


def publications(settings: Settings) -> list[Kept]:
    """The publications that are kept, newest first."""
    files = (settings.published / "publications").glob("*.json")
    return [_kept(settings, file) for file in sorted(files, reverse=True)]


def publication(settings: Settings, number: int | None = None) -> Kept:
    """A kept publication by its number; the newest without one.

    Raises:
        NoPublication: there is none, or not with this number.
    """
    kept = publications(settings)
    found = [one for one in kept if number in (None, one.publication_id)]
    if not found:
        numbers = ", ".join(str(one.publication_id) for one in kept) or "none"
        wanted = "" if number is None else f" {number}"
        raise NoPublication(
            f"Publication{wanted} is not kept (there are: {numbers}).", "`nnsc publish list` names them."
        )
    return found[0]


def _kept(settings: Settings, file: Path) -> Kept:
    return Kept(int(file.stem), json.loads(file.read_text()), settings.published)


@contextmanager
def opened(kept: Kept, threads: int = 2) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in which a kept publication's tables stand under their names; nothing else can be reached."""
    with duckdb.connect(config={"threads": threads}) as db:
        for table in kept.tables:
            schema, name = table.split(".")
            db.execute(f'create schema if not exists "{schema}"')
            path = str(kept.file(table)).replace("'", "''")
            db.execute(f'create view "{schema}"."{name}" as select * from read_parquet(\'{path}\')')
        folder = str(kept.folder / "tables").replace("'", "''")
        db.execute(f"set allowed_directories = ['{folder}']")
        db.execute("set enable_external_access = false")
        db.execute("set lock_configuration = true")
        yield db


def store(db: duckdb.DuckDBPyConnection, settings: Settings, schema: str, name: str) -> str:
    """Write ``publication.<schema>.<name>`` as Parquet unless that content is stored; returns the file's name."""
    folder = settings.private_dir(settings.published / "tables")
    file = folder / f"{schema}.{name}.{_digest(db, schema, name)}.parquet"
    if not file.exists():
        draft = folder / f".draft-{os.getpid()}-{file.name}"
        source, target = f'publication."{schema}"."{name}"', str(draft).replace("'", "''")
        db.execute(f"copy {source} to '{target}' (format parquet, compression lz4)")
        draft.chmod(0o600)
        with draft.open("rb") as handle:
            os.fsync(handle.fileno())
        draft.replace(file)
    return file.name


def _digest(db: duckdb.DuckDBPyConnection, schema: str, name: str) -> str:
    """A fingerprint of a table's columns and rows, whatever their order; it holds for one version of DuckDB."""
    table = f'publication."{schema}"."{name}"'
    columns = db.execute(f"describe {table}").fetchall()
    sums = db.execute(f"select count(*), sum(hash(t)), sum(hash(t, 'again')) from {table} as t").fetchone()
    return hashlib.sha256(repr((duckdb.__version__, columns, sums)).encode()).hexdigest()[:24]


def next_number(settings: Settings) -> int:
    """The number of the next publication."""
    return max((kept.publication_id for kept in publications(settings)), default=0) + 1


def remove_old(settings: Settings) -> None:
    """Keep the newest publications (``settings.publications_kept``) and the tables that they name."""
    everything = publications(settings)
    kept, gone = everything[: settings.publications_kept], everything[settings.publications_kept :]
    for one in gone:
        (settings.published / "publications" / f"{one.publication_id:06}.json").unlink(missing_ok=True)
    named = {name for one in kept for name in one.manifest["files"].values()}
    for file in (settings.published / "tables").glob("*.parquet"):
        if file.name not in named:
            file.unlink(missing_ok=True)
