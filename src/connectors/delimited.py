"""Delimited text (CSV and its relatives), read by DuckDB in one scan."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, Literal

import duckdb
from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from connectors.base import TextTable
from connectors.errors import RefusedInput
from connectors.textfile import prepare_text

_HEADER_BYTES = 1 << 20
_MAX_LINE = 2_097_152
#: Blanks that people and programs leave around values.
BLANKS = " \t\r\n\u00a0"


def quoted(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class DelimitedReader:
    """Rows separated by line ends, fields by ``separator``; gzip or zip with one member is unpacked on the way."""

    encoding: str = "utf-8"
    separator: str = ","
    quote: str = '"'
    compression: Literal["auto", "none", "gzip", "zip"] = "auto"

    def read(self, path: Path, connection: Any, scratch: Path) -> TextTable:
        """Read the file as text columns ``c0, c1, ...`` with row numbers; ragged rows go to ``rejects``.

        Raises:
            RefusedInput: ``empty_file``, ``unreadable`` or ``line_too_long``.
        """
        text = prepare_text(path, scratch, self.encoding, self.compression)
        headings = self._headings(text)
        try:
            connection.execute(self._scan(text, len(headings)))
        except duckdb.InvalidInputException as error:
            raise _refusal(error) from error
        _number_rows(connection)
        rows = connection.execute("select (select count(*) from text_rows) + (select count(*) from rejects)").fetchall()
        return TextTable("text_rows", "rejects", headings, rows[0][0])

    def _headings(self, text: Path) -> tuple[str, ...]:
        with text.open(encoding="utf-8-sig", newline="") as handle:
            start = handle.read(_HEADER_BYTES)
        if not start.strip():
            raise RefusedInput("empty_file", "The file holds no heading line.")
        headings = next(csv.reader(_records(start), delimiter=self._python_separator(start)))
        if len(self.separator) > 1:
            headings = start.splitlines()[0].split(self.separator)
        return tuple(heading.strip(BLANKS) for heading in headings)

    def _python_separator(self, start: str) -> str:
        return self.separator if len(self.separator) == 1 else "\x1f"

    def _scan(self, text: Path, width: int) -> str:
        columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(width))
        quote = quoted(self.quote)
        return f"""
            create temp table scanned as select row_number() over () as n, *
            from read_csv({quoted(str(text))}, columns={{{columns}}}, auto_detect=false, header=true, nullstr='',
                delim={quoted(self.separator)}, quote={quote}, escape={quote}, new_line={quoted(_line_end(text))},
                max_line_size={_MAX_LINE}, store_rejects=true, ignore_errors=true, rejects_limit=0)"""


def _records(start: str) -> list[str]:
    return start.splitlines(keepends=True)


def _line_end(text: Path) -> str:
    with text.open("rb") as handle:
        start = handle.read(_HEADER_BYTES)
    return "\\r\\n" if b"\r\n" in start else ("\\n" if b"\n" in start or b"\r" not in start else "\\r")


def _refusal(error: duckdb.Error) -> RefusedInput:
    first = str(error).splitlines()[0]
    if "maximum line size" in str(error).lower():
        return RefusedInput("line_too_long", f"A line is longer than {_MAX_LINE:,} bytes: is the separator right?")
    return RefusedInput("unreadable", f"The file cannot be read as delimited text: {first}")


def _number_rows(connection: Any) -> None:
    """Give every good row its number in the file, counting the rejected rows among them.

    DuckDB numbers rejects by logical line (the heading is line 1) and leaves them out of the scan; the n-th good row
    stands behind all rejects that have fewer than n good rows before them.
    """
    connection.execute(
        """
        create temp table rejects as
        select line::bigint - 1 as row_number, min(error_message) as problem, any_value(csv_line) as row_text
        from reject_errors group by line order by line
        """
    )
    connection.execute(
        """
        create temp table shift as
        select row_number - rank as good_before, max(rank) as shift
        from (select row_number, row_number() over (order by row_number) as rank from rejects) group by 1
        """
    )
    if connection.execute("select count(*) from shift").fetchall()[0][0] == 0:
        connection.execute("create temp view text_rows as select n as row_number, * exclude (n) from scanned")
        return
    connection.execute(
        """
        create temp view text_rows as
        select scanned.n + coalesce(shift.shift, 0) as row_number, scanned.* exclude (n)
        from scanned asof left join shift on scanned.n > shift.good_before
        """
    )
