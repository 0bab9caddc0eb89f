"""Searching an installation for names: in every file outside of the places where names may lie, whatever its format."""

from __future__ import annotations

import gzip
import re
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import duckdb

#: Where architecture.md allows names, under the root of an installation; linkage compares them (ADR 81).
ALLOWED = (
    "agencies", "buckets", "landing", "lake", "linkage", "scratch", "secret", "spool", "warehouse", "work", "world",
)  # fmt: skip
_MAGIC = {b"SQLite format 3": "sqlite", b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"PAR1": "parquet"}


def found(home: Path, canaries: Iterable[str], allowed: Iterable[str] = ALLOWED) -> list[str]:
    """``file: canary`` wherever one stands in a name or in content; sorted."""
    pattern = re.compile("|".join(re.escape(canary) for canary in sorted(canaries)), re.IGNORECASE)
    places = set(allowed)
    hits: set[str] = set()
    for file in sorted(home.rglob("*")):
        inside = file.relative_to(home)
        if inside.parts[0] in places or not file.is_file() or file.is_symlink():
            continue
        hits |= {f"{inside} (its name): {m}" for m in pattern.findall(str(inside))}
        for text in _texts(file):
            hits |= {f"{inside}: {m}" for m in pattern.findall(text)}
    return sorted(hits)


def _texts(file: Path) -> Iterator[str]:
    data = file.read_bytes()
    yield data.decode("utf-8", errors="replace")
    kind = next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), "")
    if data[8:12] == b"DUCK":
        yield from _duckdb(file)
    elif kind == "sqlite":
        yield from _sqlite(file)
    elif kind == "gzip":
        yield gzip.decompress(data).decode("utf-8", errors="replace")
    elif kind == "zip":
        with zipfile.ZipFile(file) as archive:
            for name in archive.namelist():
                yield name
                yield archive.read(name).decode("utf-8", errors="replace")
    elif kind == "parquet":
        yield from (str(row) for row in duckdb.execute("select * from read_parquet(?)", [str(file)]).fetchall())


def _duckdb(file: Path) -> Iterator[str]:
    with duckdb.connect(str(file), read_only=True) as db:
        tables = db.execute("select table_schema, table_name from information_schema.tables").fetchall()
        for schema, table in tables:
            yield from (str(row) for row in db.execute(f'select * from "{schema}"."{table}"').fetchall())


def _sqlite(file: Path) -> Iterator[str]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
        db.text_factory = lambda value: value.decode("utf-8", errors="replace")
        for (table,) in db.execute("select name from sqlite_master where type = 'table'").fetchall():
            yield from (str(row) for row in db.execute(f'select * from "{table}"'))
