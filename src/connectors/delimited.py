"""Delimited text (CSV and its relatives), read by DuckDB in one scan."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import duckdb
from pydantic import ConfigDict, Field, field_validator
from pydantic.dataclasses import dataclass

from connectors.base import BLANKS, TextTable
from connectors.envelope import Envelope, check_count
from connectors.errors import RefusedInput
from connectors.rows import BadRow, text_table
from connectors.textfile import MAX_LINE, Watch, check_encoding, line_too_long, prepare_text

_HEADER_BYTES = 1 << 20


def quoted(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class DelimitedReader:
    """Rows separated by line ends, fields by ``separator``; gzip or zip is unpacked on the way.

    ``quote: ""`` means that nothing is quoted. ``headings`` are given where the file has no heading line. Files whose
    rows end in something else than a line end name it (``line_end``); their values may hold line ends and are never
    quoted. ``skip_lines`` stand before the heading, ``trailer`` (a pattern with one group around the count) after the
    last row. ``member`` picks files of a zip archive, ``bad_bytes`` may be undecodable.
    """

    encoding: str = "utf-8"
    separator: str = Field(default=",", min_length=1)
    quote: str = Field(default='"', max_length=1)
    compression: Literal["auto", "none", "gzip", "zip"] = "auto"
    headings: tuple[str, ...] = ()
    line_end: str | None = Field(default=None, min_length=1)
    skip_lines: int = Field(default=0, ge=0)
    trailer: str | None = None
    member: str | None = None
    bad_bytes: int = Field(default=0, ge=0)

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str) -> str:
        return check_encoding(value)

    def read(self, path: Path, connection: Any, scratch: Path) -> TextTable:
        """Read the file as text columns ``c0, c1, ...`` with row numbers; ragged rows go to ``rejects``.

        Raises:
            RefusedInput: ``empty_file``, ``unreadable``, ``line_too_long`` or ``truncated``; also where an open
                quotation mark or odd line ends would swallow rows.
        """
        longest = MAX_LINE if self.line_end is None else None
        watch = Watch(BLANKS + self.quote)
        text = prepare_text(path, scratch, self.encoding, self.compression, self.member, self.bad_bytes, longest, watch)
        if self.line_end is not None:
            return self._read_unquoted(text, connection, scratch)
        told = _told_separator(text)
        plain = replace(self, separator=told or self.separator, skip_lines=self.skip_lines + (told is not None))
        heading = self._heading_line(plain.separator) if self.headings else None
        text, counted = Envelope(plain.skip_lines, heading, self.trailer).removed(text, scratch)
        table = plain.scan(text, connection)
        check_count(counted, table.rows)
        return replace(table, blanks=self._around_values(watch.seen))

    def scan(self, text: Path, connection: Any) -> TextTable:
        """Read a clean text file by DuckDB."""
        headings = self._headings(text)
        try:
            connection.execute(self._query(text, len(headings)))
        except duckdb.InvalidInputException as error:
            raise _refusal(error) from error
        _number_rows(connection)
        self._check_nothing_swallowed(connection, len(headings))
        rows = connection.execute("select (select count(*) from text_rows) + (select count(*) from rejects)").fetchall()
        return TextTable("text_rows", "rejects", headings, rows[0][0])

    def _read_unquoted(self, text: Path, connection: Any, scratch: Path) -> TextTable:
        records = split_records(text, self.line_end or "\n", self.separator)
        for _ in range(self.skip_lines):
            next(records, None)
        headings = self.headings or tuple(name.strip(BLANKS) for name in next(records, []))
        rows = (
            row if len(row) == len(headings) else BadRow(f"{len(row)} fields", self.separator.join(row))
            for row in records
        )
        return text_table(connection, scratch, headings, rows)

    def _heading_line(self, separator: str) -> str:
        if self.quote:
            doubled = (name.replace(self.quote, self.quote * 2) for name in self.headings)
            return separator.join(f"{self.quote}{name}{self.quote}" for name in doubled)
        return separator.join(self.headings)

    def _around_values(self, seen: str) -> str:
        """Blanks that may stand around values, of the characters that were seen in the file.

        Where nothing is quoted and all lines end in LF, no line end is part of a value.
        """
        ends = "\r\n" if "\r" in seen or (self.quote and self.quote in seen) else ""
        return "".join(blank for blank in BLANKS if blank in seen and (blank not in "\r\n" or blank in ends))

    def _headings(self, text: Path) -> tuple[str, ...]:
        with text.open(encoding="utf-8-sig", newline="") as handle:
            start = handle.read(_HEADER_BYTES)
        if not start.strip():
            raise RefusedInput("empty_file", "The file holds no heading line.")
        if len(start) == _HEADER_BYTES and not re.search(r"[\r\n]", start):
            raise line_too_long()
        if not (first := start.splitlines()[0]).strip():
            raise RefusedInput("unreadable", "The file begins with an empty line; its first line must be the headings.")
        if len(self.separator) > 1 or not self.quote:
            return tuple(_unquoted(name.strip(BLANKS), self.quote) for name in first.split(self.separator))
        lines = io.StringIO(start, newline="")
        try:
            names = next(csv.reader(lines, delimiter=self.separator, quotechar=self.quote))
        except csv.Error as error:
            raise RefusedInput("unreadable", f"The heading line cannot be read: {error}.") from error
        return tuple(name.strip(BLANKS) for name in names)

    def _check_nothing_swallowed(self, connection: Any, width: int) -> None:
        """A row that could not be read and holds whole other rows means that a quotation mark was never closed.

        A line that is too long to be one may hold any number of rows, too.
        """
        too_long = "select count(*) from reject_errors where error_type = 'LINE SIZE OVER MAXIMUM'"
        if connection.execute(too_long).fetchall()[0][0]:
            raise line_too_long()
        open_quotes = connection.execute(
            "select line - 1, any_value(csv_line) from reject_errors where error_message not like 'Expected Number%' "
            "and (contains(csv_line, chr(10)) or contains(csv_line, chr(13))) group by line order by line"
        )
        for number, text in open_quotes.fetchall():
            rows = sum(line.count(self.separator) >= max(width - 1, 1) for line in text.strip().splitlines()[1:])
            if rows:
                raise RefusedInput(
                    "unreadable",
                    f"A quotation mark that opens in row {number:,} is not closed where its value ends; at least "
                    f"{rows:,} rows behind it cannot be told apart.",
                )

    def _query(self, text: Path, width: int) -> str:
        columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(width))
        quote = quoted(self.quote)
        return f"""
            create temp table scanned as
            from read_csv({quoted(str(text))}, columns={{{columns}}}, auto_detect=false, header=true, nullstr='',
                delim={quoted(self.separator)}, quote={quote}, escape={quote},
                max_line_size={MAX_LINE}, store_rejects=true, ignore_errors=true, rejects_limit=0)"""


def split_records(text: Path, line_end: str, separator: str) -> Iterator[list[str]]:
    """Records that end in ``line_end``, split at every ``separator``; a line end behind the last one is no record."""
    left = ""
    with text.open(encoding="utf-8-sig", newline="") as handle:
        while chunk := handle.read(_HEADER_BYTES):
            *whole, left = (left + chunk).split(line_end)
            if len(left) > MAX_LINE:
                raise line_too_long()
            yield from (record.lstrip("\r\n").split(separator) for record in whole if record.strip("\r\n"))
    if left.strip("\r\n"):
        yield left.strip("\r\n").split(separator)


def _told_separator(text: Path) -> str | None:
    """The separator that a spreadsheet program wrote into a first line ``sep=;``."""
    with text.open(encoding="utf-8-sig", newline="") as handle:
        found = re.match(r'"?sep=(.)"?\r?\n', handle.read(16), re.IGNORECASE)
    return found[1] if found else None


def _unquoted(name: str, quote: str) -> str:
    inside = len(name) > 1 and quote and name[0] == name[-1] == quote
    return name[1:-1].replace(quote * 2, quote) if inside else name


def _refusal(error: duckdb.Error) -> RefusedInput:
    first = str(error).splitlines()[0]
    if "maximum line size" in str(error).lower():
        return line_too_long()
    if "invalid state" in first:
        return RefusedInput("unreadable", "The file's lines do not all end alike (CR LF here, LF or CR there).")
    return RefusedInput("unreadable", f"The file cannot be read as delimited text: {first}")


def _number_rows(connection: Any) -> None:
    """Give every good row its number in the file, counting the rejected rows among them.

    DuckDB numbers rejects by logical line (the heading is line 1) and leaves them out of the scan; the n-th good row
    stands behind all rejects that have fewer than n good rows before them. ``rowid`` is the place of a row in the scan,
    from 0: the order of insertion is kept, and unlike a window function it lets the scan use all threads.
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
        connection.execute("create temp view text_rows as select rowid + 1 as row_number, * from scanned")
        return
    connection.execute(
        """
        create temp view text_rows as
        select numbered.n + coalesce(shift.shift, 0) as row_number, numbered.* exclude (n)
        from (select rowid + 1 as n, * from scanned) as numbered
        asof left join shift on numbered.n > shift.good_before
        """
    )
