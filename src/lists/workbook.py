"""An exported list as an Excel file; every sheet bears the mark on the screen and on each printed page."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from lists.content import Value
from lists.mark import Handed

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet  # type: ignore[import-untyped]

#: Excel's limit for a header or footer of a page.
_HEADER = 250
_WIDEST = 46
_HEADING_ROW = 3


def workbook(handed: Handed) -> bytes:
    """The sheets ``list`` and ``use``; the same export gives the same cells."""
    from openpyxl import Workbook  # type: ignore[import-untyped]

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "list"
    _write(sheet, handed, handed.content.headings, handed.rows)
    _write(book.create_sheet("use"), handed, ("", "What holds for this list"), handed.facts)
    book.properties.title, book.properties.creator = handed.content.told.title, "NNSC data platform"
    book.properties.description = handed.whole
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write(sheet: Worksheet, handed: Handed, headings: Sequence[str], rows: Sequence[Sequence[Value]]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill  # type: ignore[import-untyped]
    from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

    _mark(sheet, handed, len(headings))
    for column, heading in enumerate(headings, start=1):
        cell = sheet.cell(row=_HEADING_ROW, column=column)
        _set(cell, heading)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", start_color="FFEDEDED")
    for number, row in enumerate(rows, start=_HEADING_ROW + 1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(row=number, column=column)
            _set(cell, value)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for column, heading in enumerate(headings, start=1):
        longest = max([len(heading), *(len(_text(row[column - 1])) for row in rows)])
        sheet.column_dimensions[get_column_letter(column)].width = min(max(longest + 2, 11), _WIDEST)
    _print(sheet, handed)


def _mark(sheet: Worksheet, handed: Handed, columns: int) -> None:
    from openpyxl.styles import Alignment, Font

    for row, text in ((1, handed.short), (2, f"Purpose: {handed.content.told.purpose}")):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=columns)
        cell = sheet.cell(row=row, column=1)
        _set(cell, text)
        cell.font, cell.alignment = Font(bold=True, color="FF9C0006"), Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row].height = 32


def _print(sheet: Worksheet, handed: Handed) -> None:
    """On paper: the mark above the headings of each page, in its margins, and as wide as the paper."""
    sheet.freeze_panes = f"A{_HEADING_ROW + 1}"
    sheet.print_title_rows = f"1:{_HEADING_ROW}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    mark = handed.short.replace("&", "&&")[:_HEADER]
    sheet.oddHeader.center.text, sheet.oddFooter.left.text = mark, mark[:_HEADER]
    sheet.oddFooter.right.text = "&P / &N"


def _set(cell: object, value: Value) -> None:
    """A value that no spreadsheet runs as a formula, whatever it begins with."""
    cell.value = value  # type: ignore[attr-defined]
    if isinstance(value, str):
        cell.data_type = "s"  # type: ignore[attr-defined]
        cell.quotePrefix = value[:1] in ("=", "+", "-", "@")  # type: ignore[attr-defined]
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"  # type: ignore[attr-defined]


def _text(value: Value) -> str:
    return "" if value is None else str(value)
