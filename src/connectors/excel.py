"""Excel workbooks (xlsx, xls, xlsb, ods), read by calamine."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from connectors.base import BLANKS, TextTable
from connectors.errors import RefusedInput
from connectors.rows import BadRow, text_table

#: A sheet's name and its cells, row by row.
_Sheet = tuple[str, list[list[Any]]]


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class ExcelReader:
    """The sheets whose name fits ``sheet`` (default: the first), one below the other.

    The heading is ``header_rows`` rows high and starts in row ``header_row``, or in the first row that holds all of
    ``header_has``; rows above are titles. In a heading of several rows a merged cell counts for all its columns.
    ``sheet_column`` adds the sheet's name to each row.
    """

    sheet: str | None = None
    header_row: int = Field(default=1, ge=1)
    header_has: tuple[str, ...] = ()
    header_rows: int = Field(default=1, ge=1, le=5)
    sheet_column: str | None = None

    def read(self, path: Path, connection: Any, scratch: Path) -> TextTable:
        """Read cells as text: instants as ISO, whole numbers without a point.

        Raises:
            RefusedInput: ``empty_file``, ``unreadable``, or ``missing_sheet``.
        """
        if path.stat().st_size == 0:
            raise RefusedInput("empty_file", "The file is empty (0 bytes).")
        sheets = self._sheets(path)
        headings = self._heading(sheets[0][1])
        return text_table(connection, scratch, headings[0], self._rows(sheets, headings[0]))

    def _sheets(self, path: Path) -> list[_Sheet]:
        import python_calamine as calamine

        try:
            # calamine tells the format by the name's end, which stored content lacks: give it the bytes.
            with path.open("rb") as handle:
                book = calamine.CalamineWorkbook.from_filelike(handle)
                wanted = [n for n in book.sheet_names if self.sheet is None or fnmatch.fnmatch(n, self.sheet)]
                if not wanted:
                    names = ", ".join(book.sheet_names)
                    raise RefusedInput("missing_sheet", f"No sheet is named {self.sheet!r}; there are: {names}.")
                chosen = wanted[:1] if self.sheet is None else wanted
                return [(n, book.get_sheet_by_name(n).to_python(skip_empty_area=False)) for n in chosen]
        except (calamine.CalamineError, OSError, ValueError) as error:
            raise RefusedInput("unreadable", f"The file is no readable workbook: {error}.") from error
        except BaseException as error:  # a panic in calamine's Rust code is no Exception
            if type(error).__name__ != "PanicException":
                raise
            raise RefusedInput("unreadable", "The file is a damaged workbook.") from None

    def _heading(self, cells: list[list[Any]]) -> tuple[list[str], int]:
        """Headings, and the index of the first data row."""
        first = self._header_index(cells)
        rows = [[_text(cell) or "" for cell in row] for row in cells[first : first + self.header_rows]]
        if not rows or not any(any(row) for row in rows):
            raise RefusedInput("empty_file", "The sheet holds no heading row.")
        for row in rows[:-1]:
            for column in range(1, len(row)):
                row[column] = row[column] or row[column - 1]
        names = [" ".join(part for part in parts if part) for parts in zip(*rows, strict=True)]
        while names and not names[-1]:
            names.pop()
        return [*names, *([self.sheet_column] if self.sheet_column else [])], first + self.header_rows

    def _header_index(self, cells: list[list[Any]]) -> int:
        if not self.header_has:
            return self.header_row - 1
        for index, row in enumerate(cells):
            if set(self.header_has) <= {_text(cell) for cell in row}:
                return index
        wanted = ", ".join(self.header_has)
        raise RefusedInput("missing_headings", f"No row holds the headings {wanted}.")

    def _rows(
        self, sheets: list[tuple[str, list[list[Any]]]], headings: list[str]
    ) -> Iterator[list[str | None] | BadRow]:
        width = len(headings) - (self.sheet_column is not None)
        for name, cells in sheets:
            own, start = self._heading(cells)
            if own != headings:
                raise RefusedInput("unreadable", f"The sheet {name!r} has other headings than the first one.")
            for cell_row in cells[start:]:
                row = [_text(cell) for cell in cell_row]
                if not any(row):
                    continue
                if any(row[width:]):
                    yield BadRow("text beside the columns", " | ".join(text or "" for text in row))
                    continue
                row += [None] * (width - len(row))
                yield [*row[:width], *([name] if self.sheet_column else [])]


def _text(cell: Any) -> str | None:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell).strip(BLANKS) or None
