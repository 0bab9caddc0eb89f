"""Rejected rows that an agency sends back corrected: the delivery that they came from, with these rows replaced.

The file is the ``rejected.csv`` of a receipt: the feed's headings in their order and one column of reasons, whose cells
end in a reference such as ``[3f2a9c81b0de:31]`` (delivery and row). A masked cell stands for what was sent before.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.base import TextTable
from feeds.spec import ReaderSpec
from ingest.errors import HeldBatch

if TYPE_CHECKING:
    import duckdb

#: Heading of the added column.
REASONS = "nnsc_reasons"
#: What a receipt shows instead of a value.
MASK = "***"
_REFERENCE = re.compile(r"\[([0-9a-f]{12}):(\d+)\]\s*$")
_SEPARATORS = (",", ";", "\t", "|")
_HEAD = 1 << 16


@dataclass(frozen=True)
class Correction:
    """The corrections that apply to one delivery, oldest first; ``alone`` where only their rows are to be processed."""

    contents: tuple[Path, ...]
    alone: bool

    def fingerprint(self) -> str:
        """Changes with the contents, whose names are their hashes."""
        return ",".join((*(path.name for path in self.contents), str(self.alone)))


@dataclass(frozen=True)
class ReturnedRows:
    """A returned file: the delivery that its references name (the end of its id), its headings, its rows by number."""

    reference: str
    headings: tuple[str, ...]
    rows: dict[int, list[str]]


def reference(identity: str, row_number: int) -> str:
    """The end of a cell of reasons: from which delivery and row it came."""
    return f"[{identity[:12]}:{row_number}]"


def is_returned(content: Path) -> bool:
    """True when the first line of a file has the column of reasons."""
    with content.open("rb") as handle:
        first = handle.read(_HEAD).splitlines()[:1]
    return bool(first) and REASONS.encode() in first[0]


def read_returned(content: Path, encoding: str) -> ReturnedRows:
    """The rows of a returned file.

    Raises:
        HeldBatch: ``correction_unclear`` when the references are missing or contradict each other.
    """
    text = _decoded(content.read_bytes(), encoding)
    first = text.splitlines()[0]
    separator = max(_SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    headings = [name.strip() for name in next(reader)]
    where = headings.index(REASONS) if REASONS in headings else -1
    rows: dict[int, list[str]] = {}
    names: set[str] = set()
    for number, row in enumerate((row for row in reader if any(cell.strip() for cell in row)), start=1):
        found = _REFERENCE.search(row[where]) if len(row) == len(headings) and where >= 0 else None
        if found is None or int(found[2]) in rows:
            raise _unclear(f"line {number} below the headings has no reference of its own at the end of {REASONS}")
        names.add(found[1])
        rows[int(found[2])] = [_unguarded(cell) for place, cell in enumerate(row) if place != where]
    if len(names) != 1:
        raise _unclear("its lines name several deliveries, or none")
    return ReturnedRows(names.pop(), tuple(name for name in headings if name != REASONS), rows)


def _decoded(data: bytes, encoding: str) -> str:
    for name in ("utf-8-sig", encoding, "cp1252"):
        try:
            return data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    raise _unclear("its bytes are no text")


def _unclear(why: str) -> HeldBatch:
    return HeldBatch(
        "correction_unclear",
        f"The file has the column {REASONS} of a receipt, but {why}. Correct the values in rejected.csv and leave "
        f"that column as it is; or send the whole file without it.",
    )


def guarded(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula: a leading = + - @ of what is no number gets an apostrophe."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@") and not _is_number(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@") else cell


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"[+-]?[\d.,]+", cell) is not None


def corrected(
    connection: duckdb.DuckDBPyConnection, reader: ReaderSpec, table: TextTable, correction: Correction
) -> TextTable:
    """The text table of the delivery with the rows of its corrections in place of its own.

    Raises:
        HeldBatch: ``correction_unclear`` when a returned file does not fit the delivery.
    """
    encoding = str(reader.options.get("encoding", "utf-8"))
    rows: dict[int, list[str | None]] = {}
    for content in correction.contents:
        returned = read_returned(content, encoding)
        if strange := sorted(set(returned.headings) - set(table.headings)):
            raise _unclear(f"the headings {', '.join(map(repr, strange))} are not those of the file that it corrects")
        for number, cells in returned.rows.items():
            given = dict(zip(returned.headings, cells, strict=True))
            before = rows.get(number, [MASK] * len(table.headings))
            rows[number] = [
                _newer(given.get(name, MASK), old) for name, old in zip(table.headings, before, strict=True)
            ]
    _store(connection, rows, len(table.headings))
    return _replaced(connection, table, correction.alone)


def _newer(cell: str, before: str | None) -> str | None:
    return before if cell.strip() == MASK else cell.strip() or None


def _store(connection: duckdb.DuckDBPyConnection, rows: dict[int, list[Any]], width: int) -> None:
    columns = ", ".join(f"c{number} varchar" for number in range(width))
    connection.execute(f"create temp table returned (row_number bigint, {columns})")
    marks = ", ".join("?" * (width + 1))
    connection.executemany(f"insert into returned values ({marks})", [[n, *cells] for n, cells in sorted(rows.items())])


def _replaced(connection: duckdb.DuckDBPyConnection, table: TextTable, alone: bool) -> TextTable:
    """A row that was none stays rejected while a masked cell of it hides what nobody could read."""
    names = [f"c{number}" for number in range(len(table.headings))]
    hidden = " or ".join(f"p.{name} is not distinct from '{MASK}'" for name in names)
    cells = ", ".join(f"case when p.{name} = '{MASK}' then t.{name} else p.{name} end as {name}" for name in names)
    kept = "" if alone else f"union all select t.* from {table.table} as t anti join usable using (row_number)"
    connection.execute(f"""
        create temp table usable as
        select p.row_number, {cells} from returned as p left join {table.table} as t using (row_number)
        where t.row_number is not null or not ({hidden})""")
    connection.execute(f"""
        create temp table corrected_rows as
        select * from (select row_number, {", ".join(names)} from usable {kept}) order by row_number""")
    limited = "semi join returned using (row_number)" if alone else ""
    connection.execute(f"""
        create temp table corrected_rejects as
        select * from (select * from {table.rejects} as r {limited}) as r anti join usable using (row_number)""")
    rows = connection.execute("select (select count(*) from corrected_rows) + (select count(*) from corrected_rejects)")
    return TextTable("corrected_rows", "corrected_rejects", table.headings, int(rows.fetchall()[0][0]))
