"""A publication made of the one before: its file is copied, and large tables change only where loads touched records.

Writing ten million arrests takes two minutes, changing ten thousand of them some seconds. What this needs is told by
the manifest of the publication before and by the warehouse's own books; where any of it is in doubt, everything is
written anew. So it is also after change sets were withdrawn or derived anew, for a file that was changed in place may
hold, unseen, rows that left it; and at the latest when the publications that told these rows are not kept any more.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from settings import Settings
from warehouse.changes import touched_since
from warehouse.engine import Engine, engine_for
from warehouse.kept import RECORD, Kept, Parts, Sums, content_name, publication_path, publications, sums_of, write_file
from warehouse.near import PLACE, gather
from warehouse.transform import Run

#: Tables of fewer rows are written anew: that takes no longer.
LARGE = 100_000
#: So is a table of which more than this share was touched.
_MOST_TOUCHED = 0.1


@dataclass(frozen=True)
class Carried:
    """What a publication takes from the one before it: tables by record (``schema.table``), with their kind."""

    before: Kept
    tables: Mapping[str, str]
    asked: Mapping[str, str]
    """Where the rows of touched records come from, as SQL after ``from``."""
    counted: Mapping[str, int]
    """How many rows a table has: the versions of its kind, or those that hold; where no code is looked up."""

    @property
    def in_a_row(self) -> int:
        """How many publications in a row were made of the one before, this one included."""
        return int(self.before.manifest["carried"]) + 1

    def sums(self, table: str) -> Sums:
        """The sums of a table as it was."""
        rows, one, other = (int(number) for number in self.before.manifest["sums"][table])
        return rows, one, other


class Doubt(Exception):
    """What was to be carried is not what it was a moment ago."""


def carried(
    settings: Settings, db: duckdb.DuckDBPyConnection, run: Run, kinds: Mapping[str, str | None]
) -> Carried | None:
    """What can be taken from the publication before; ``kinds`` names all tables, those by record with their kind.

    None where everything has to be written.
    """
    before = next(iter(publications(settings)), None)
    if before is None or before.tables.keys() != kinds.keys() or not _goes_on(settings, db, run, before):
        return None
    large = {t: kind for t, kind in kinds.items() if kind is not None and before.tables[t] >= LARGE}
    engine, load_id = engine_for(settings), before.manifest["load_id"]
    touched = {kind: _note_keys(db, engine, kind, load_id) for kind in set(large.values())}
    tables = {
        t: kind for t, kind in large.items() if touched[kind] + _gone(db, before, t) <= before.tables[t] * _MOST_TOUCHED
    }
    asked: dict[str, str] = {}
    for kind in sorted(set(tables.values())):
        asked |= engine.facts_of(db, kind, [table for table in tables if tables[table] == kind], load_id)
    counted = {table: _counted(db, engine, table, kind) for table, kind in tables.items()}
    return Carried(before, tables, asked, counted) if tables else None


def _gone(db: duckdb.DuckDBPyConnection, before: Kept, table: str) -> int:
    """How many records were touched between the base of a table and the publication before."""
    parts = before.parts(table)
    return int(db.execute(f"select count(*) from {before.scan(parts.gone)}").fetchall()[0][0]) if parts else 0


def _goes_on(settings: Settings, db: duckdb.DuckDBPyConnection, run: Run, before: Kept) -> bool:
    """True when the published file is that of the manifest, and only loads changed what it is made of."""
    told = before.manifest
    if "lineage" not in told or told["versions"]["duckdb"] != duckdb.__version__:
        return False
    if told["project_digest"] != run.project_digest or told["carried"] + 1 >= settings.publications_kept:
        return False
    refreshed, digests = db.execute(
        "select (select count(*) from raw.transform_run where is_full_refresh and run_id > ?), "
        "(select count(distinct split_part(reference_digest, '/', 1)) from raw.load where load_id >= ?)",
        [told["run_id"], told["load_id"]],
    ).fetchall()[0]
    if refreshed or digests != 1:
        return False
    if told["file"] != stamp(publication_path(settings)) or told["lineage"] != lineage(db, told["load_id"]):
        return False
    return all((settings.published / "tables" / name).is_file() for name in before.file_names())


def stamp(file: Path) -> list[int]:
    """Tells a file from another one under its name; empty where there is none, or somebody wrote into it."""
    if not file.is_file() or wal_of(file).exists():
        return []
    found = file.stat()
    return [found.st_ino, found.st_size, found.st_mtime_ns]


def wal_of(file: Path) -> Path:
    """Where DuckDB keeps what is not in the file yet; who finds one beside another file would add it to that."""
    return file.with_name(file.name + ".wal")


def lineage(db: duckdb.DuckDBPyConnection, load_id: int) -> str:
    """A fingerprint of all that the loads up to one brought: another one when any change set went since."""
    reference = db.execute(
        "select split_part(reference_digest, '/', 1), loaded_at from raw.load where load_id = ?", [load_id]
    ).fetchall()
    brought = db.execute(
        "select load_id, change_set_id, feed_id, load_seq, known_at, rows from raw.change_set where load_id <= ? "
        "order by 1, 2",
        [load_id],
    ).fetchall()
    return hashlib.sha256(repr((reference, brought)).encode()).hexdigest()


def _since(kind: str) -> str:
    return f'"touched since the publication before: {kind}"'


def _note_keys(db: duckdb.DuckDBPyConnection, engine: Engine, kind: str, load_id: int) -> int:
    """Write down the keys of a kind's records that loads after one touched; returns how many."""
    touched = engine.answer(touched_since(kind, load_id))
    db.execute(f"create or replace temp table {_since(kind)} as select * from {touched}")
    return int(db.execute(f"select count(*) from {_since(kind)}").fetchall()[0][0])


def _counted(db: duckdb.DuckDBPyConnection, engine: Engine, table: str, kind: str) -> int:
    current = "" if table.endswith("_history") else " where known_to is null"
    asked = engine.answer(f"select count(*) from intermediate.int_{kind}__versions{current}")
    return int(db.execute(f"select * from {asked}").fetchall()[0][0])


def copy_file(settings: Settings, before: Kept, draft: Path) -> None:
    """The published file once more, to be changed.

    Raises:
        Doubt: somebody wrote into it meanwhile.
    """
    shutil.copyfile(publication_path(settings), draft)
    if before.manifest["file"] != stamp(publication_path(settings)):
        raise Doubt(f"{publication_path(settings)} was changed while it was copied")


def bring_forward(db: duckdb.DuckDBPyConnection, table: str, taken: Carried) -> Sums | None:
    """Replace the rows of touched records in ``publication.<table>``; returns its sums now.

    None, and nothing changed, where the warehouse has more or fewer rows than that would give.
    """
    before = taken.sums(table)
    gather(db, "leaving", f"publication.{table}", _since(taken.tables[table]))
    db.execute(f"create or replace temp table {_coming(table)} as from {taken.asked[table]}")
    left, came = sums_of(db, f"(select * exclude ({PLACE}) from leaving)"), sums_of(db, _coming(table))
    rows, one, other = (was - less + more for was, less, more in zip(before, left, came, strict=True))
    if rows != taken.counted[table]:
        return None
    db.execute(f"delete from publication.{table} where rowid in (select {PLACE} from leaving)")
    db.execute(f"insert into publication.{table} from {_coming(table)}")
    return rows, one, other


def _coming(table: str) -> str:
    return f'"of touched records: {table}"'


def store_parts(
    db: duckdb.DuckDBPyConnection, settings: Settings, taken: Carried, table: str, sums: Sums
) -> tuple[str, Parts | None]:
    """Keep a carried table: the name of its content, and its files where it is not the content before.

    What came since the base is what had come at the publication before, apart from records touched after it, and these.
    """
    name, before = content_name(db, table, sums), taken.before.parts(table)
    if name == taken.before.content(table):
        return name, before
    number, touched = taken.before.publication_id + 1, f"select {RECORD} from {_since(taken.tables[table])}"
    gone, came = touched, f"select * from {_coming(table)}"
    if before is not None:
        gone += f" union select {RECORD} from {taken.before.scan(before.gone)}"
        came += f" union all select * from {taken.before.scan(before.came)} where {RECORD} not in ({touched})"
    base = before.base if before is not None else taken.before.content(table)
    parts = Parts(base, f"{table}.{number:06}.gone.parquet", f"{table}.{number:06}.came.parquet")
    write_file(db, settings, parts.gone, gone, anew=True)
    write_file(db, settings, parts.came, came, anew=True)
    return name, parts
