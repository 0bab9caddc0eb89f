"""Rows that Python read, as the text table that the rest of the pipeline expects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.base import TextTable
from connectors.errors import RefusedInput

_BATCH = 20_000
#: A file with more columns is no table: objects keyed by something that differs in every record, or garbage.
MAX_COLUMNS = 4_000
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class BadRow:
    """A row that is none: what is wrong with it, and its text."""

    problem: str
    text: str


def text_table(
    connection: Any, scratch: Path, headings: Sequence[str], rows: Iterable[Sequence[str | None] | BadRow]
) -> TextTable:
    """Store rows (numbered from 1 in the order they come) as ``text_rows`` and ``rejects``; memory is bounded.

    Raises:
        RefusedInput: ``empty_file`` when there is not even a heading, ``unreadable`` when they are none.
    """
    if not headings:
        raise RefusedInput("empty_file", "The file names no columns.")
    if len(headings) > MAX_COLUMNS:
        raise RefusedInput(
            "unreadable", f"The file names {len(headings):,} columns; a table has at most {MAX_COLUMNS:,}."
        )
    if not _is_text(headings):
        raise RefusedInput("unreadable", "A heading holds a character that no text may hold (NUL or half a character).")
    good = _Writer(scratch / "rows.utf8", ["row_number", *(f"c{number}" for number in range(len(headings)))])
    bad = _Writer(scratch / "rejects.utf8", ["row_number", "problem", "row_text"])
    number = 0
    try:
        for number, row in enumerate(rows, start=1):
            if not isinstance(row, BadRow) and not _is_text(row):
                row = BadRow("a character that no text may hold", " | ".join(text or "" for text in row))
            if isinstance(row, BadRow):
                bad.add((number, row.problem, _mended(row.text)))
            else:
                good.add((number, *row))
        for writer, table in ((good, "text_rows"), (bad, "rejects")):
            writer.finish()
            connection.execute(f"create temp table {table} as select * from read_parquet('{writer.file}')")
    finally:
        for writer in (good, bad):
            writer.close()
    return TextTable("text_rows", "rejects", tuple(headings), number)


def _is_text(values: Sequence[str | None]) -> bool:
    """False where a value holds NUL or half of a surrogate pair: JSON can write both, UTF-8 and databases cannot."""
    joined = "".join(text for text in values if text)
    if "\0" in joined:
        return False
    return joined.isascii() or not _HALF.search(joined)


def _mended(text: str) -> str:
    return _HALF.sub("\ufffd", text.replace("\0", "\ufffd"))


class _Writer:
    """Rows to Parquet in batches; the first column is a number, the others are text."""

    def __init__(self, file: Path, names: list[str]) -> None:
        import pyarrow
        import pyarrow.parquet

        self.file = file
        self._schema = pyarrow.schema(
            [(name, pyarrow.string() if n else pyarrow.int64()) for n, name in enumerate(names)]
        )
        self._out = pyarrow.parquet.ParquetWriter(file, self._schema, compression="zstd")
        self._batch: list[tuple[Any, ...]] = []

    def add(self, row: tuple[Any, ...]) -> None:
        self._batch.append(row)
        if len(self._batch) == _BATCH:
            self._flush()

    def finish(self) -> None:
        self._flush()
        self._out.close()

    def close(self) -> None:
        self._out.close()
        self.file.unlink(missing_ok=True)

    def _flush(self) -> None:
        import pyarrow

        if self._batch:
            pairs = zip(zip(*self._batch, strict=True), self._schema, strict=True)
            columns = [pyarrow.array(values, type=kind.type) for values, kind in pairs]
            self._out.write_table(pyarrow.Table.from_arrays(columns, schema=self._schema))
            self._batch.clear()


def scalar_text(value: Any) -> str | None:
    """A JSON or XML value as text; what is nested stays JSON."""
    from connectors.paging import as_text

    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None if value is None else as_text(value)


def flattened(value: Any, prefix: str = "") -> dict[str, str | None]:
    """Nested objects as ``a.b`` -> text; lists stay JSON.

    Raises:
        ValueError: a key that holds a dot means the same place as a nested one.
    """
    found: dict[str, str | None] = {}
    for name, inner in value.items():
        path = f"{prefix}{name}"
        if isinstance(inner, dict) and inner:
            nested = flattened(inner, f"{path}.")
        else:
            nested = {path: scalar_text(inner)}
        if found.keys() & nested.keys():
            raise ValueError(f"two values would stand under {min(found.keys() & nested.keys())!r}")
        found.update(nested)
    return found
