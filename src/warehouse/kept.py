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

#: The column by which the rows of a table in parts come and go.
RECORD = "record_key"
#: Rows of a table, and two sums of hashes over them: whatever comes or goes can be added or taken away.
Sums = tuple[int, int, int]


@dataclass(frozen=True)
class Parts:
    """A large table after a small change: ``base`` without the records named in ``gone``, and the rows of ``came``."""

    base: str
    gone: str
    came: str


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

    def content(self, table: str) -> str:
        """Names the content of a table: two equal names are the same columns and rows."""
        return str(self.manifest["files"][table])

    def parts(self, table: str) -> Parts | None:
        """The files of a table that stands in parts; None where it is one file, of the name of its content."""
        told = self.manifest.get("parts", {}).get(table)
        return Parts(**told) if told else None

    def rows(self, table: str) -> str:
        """The rows of a table, as SQL after ``from``."""
        parts = self.parts(table)
        if parts is None:
            return self.scan(self.content(table))
        return (
            f"(select * from {self.scan(parts.base)} where {RECORD} not in (select {RECORD} from "
            f"{self.scan(parts.gone)}) union all select * from {self.scan(parts.came)})"
        )

    def scan(self, name: str) -> str:
        """One of its Parquet files, as SQL after ``from``."""
        path = str(self.folder / "tables" / name).replace("'", "''")
        return f"read_parquet('{path}')"

    def file_names(self) -> set[str]:
        """The Parquet files that hold its rows."""
        parts = {table: self.parts(table) for table in self.tables}
        whole = {self.content(table) for table, found in parts.items() if found is None}
        return whole.union(*({found.base, found.gone, found.came} for found in parts.values() if found))


def publication_path(settings: Settings) -> Path:
    """The file that readers open."""
    return settings.published / "warehouse.duckdb"


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
            db.execute(f'create view "{schema}"."{name}" as select * from {kept.rows(table)}')
        folder = str(kept.folder / "tables").replace("'", "''")
        db.execute(f"set allowed_directories = ['{folder}']")
        db.execute("set enable_external_access = false")
        db.execute("set lock_configuration = true")
        yield db


def store(db: duckdb.DuckDBPyConnection, settings: Settings, table: str, sums: Sums) -> str:
    """Write ``publication.<table>`` as Parquet unless that content is stored; returns the file's name."""
    name = content_name(db, table, sums)
    write_file(db, settings, name, f"from publication.{table}")
    return name


def write_file(db: duckdb.DuckDBPyConnection, settings: Settings, name: str, query: str, anew: bool = False) -> None:
    """Write the rows of a query as Parquet, unless a file of that name stands (with ``anew``, also then)."""
    folder = settings.private_dir(settings.published / "tables")
    file = folder / name
    if file.exists() and not anew:
        return
    draft = folder / f".draft-{os.getpid()}-{name}"
    target = str(draft).replace("'", "''")
    db.execute(f"copy ({query}) to '{target}' (format parquet, compression lz4)")
    draft.chmod(0o600)
    with draft.open("rb") as handle:
        os.fsync(handle.fileno())
    draft.replace(file)


def content_name(db: duckdb.DuckDBPyConnection, table: str, sums: Sums) -> str:
    """The name of a content: a fingerprint of columns and rows, whatever their order; for one version of DuckDB."""
    columns = db.execute(f"describe publication.{table}").fetchall()
    digest = hashlib.sha256(repr((duckdb.__version__, columns, sums)).encode()).hexdigest()[:24]
    return f"{table}.{digest}.parquet"


def sums_of(db: duckdb.DuckDBPyConnection, relation: str) -> Sums:
    """The sums of a relation's rows."""
    asked = f"select count(*), coalesce(sum(hash(t)), 0), coalesce(sum(hash(t, 'again')), 0) from {relation} as t"
    rows, one, other = db.execute(asked).fetchall()[0]
    return int(rows), int(one), int(other)


def next_number(settings: Settings) -> int:
    """The number of the next publication."""
    return max((int(file.stem) for file in (settings.published / "publications").glob("*.json")), default=0) + 1


def remove_old(settings: Settings) -> None:
    """Keep the newest publications (``settings.publications_kept``) and the tables that they name."""
    everything = publications(settings)
    kept, gone = everything[: settings.publications_kept], everything[settings.publications_kept :]
    for one in gone:
        (settings.published / "publications" / f"{one.publication_id:06}.json").unlink(missing_ok=True)
    named = {name for one in kept for name in one.file_names()}
    for file in (settings.published / "tables").glob("*.parquet"):
        if file.name not in named:
            file.unlink(missing_ok=True)
