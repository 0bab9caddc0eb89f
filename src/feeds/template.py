"""A record contract as an Excel file that a practitioner fills in: drop-downs, notes, instructions, code lists."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feeds.contracts import ColumnSpec, Contract

if TYPE_CHECKING:
    from openpyxl import Workbook  # type: ignore[import-untyped]
    from openpyxl.worksheet.worksheet import Worksheet  # type: ignore[import-untyped]

#: Rows that get drop-downs; more may be filled in without them.
ROWS = 2000
_LISTS = "code lists"
_FORMATS = {"date": "yyyy-mm-dd", "timestamp": "yyyy-mm-dd hh:mm", "integer": "0", "text": "@"}
_HOW = {
    "text": "text", "integer": "a whole number", "decimal": "a number", "date": "a date", "latitude": "degrees",
    "longitude": "degrees", "boolean": "yes or no; empty where not recorded",
    "timestamp": "a date with the clock time of the place",
}  # fmt: skip

#: Code -> what it means, in the order of the list.
Codes = dict[str, str]


@dataclass(frozen=True)
class _Field:
    """One column of the sheet. ``codes`` are offered; only where ``closed`` nothing else is accepted."""

    name: str
    column: ColumnSpec
    required: bool
    rules: tuple[str, ...]
    codes: Codes
    closed: bool
    alternative: str | None = None
    """The column that may be filled in instead, where one of the two is required."""

    @property
    def need(self) -> str:
        """Whether it has to be filled in, in a word or two."""
        if self.required:
            return "yes"
        return f"this or {self.alternative}" if self.alternative else "no"

    @property
    def _need_in_words(self) -> str:
        if self.required:
            return "Required."
        if self.alternative:
            return f"Required unless {self.alternative} is filled in: one of the two is enough."
        return "May stay empty: write nothing rather than a guess."

    @property
    def notes(self) -> str:
        """What stands in the note of the heading."""
        lines = [self.column.description, f"Write {_HOW[self.column.type]}."]
        lines += [self._need_in_words]
        lines += [f"- {rule}" for rule in self.rules]
        if self.codes:
            others = "Nothing else is accepted." if self.closed else "Your own words are accepted too and mapped by us."
            lines.append(f"Choose from the list. {others}")
        return "\n".join(lines)


def code_lists(seeds: Path) -> dict[str, Codes]:
    """The code lists of ``dbt/seeds/terminology`` that fit a drop-down: codes and meanings by list."""
    found: dict[str, Codes] = {}
    with (seeds / "terminology" / "standard_code.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            found.setdefault(row["terminology_id"], {})[row["code"]] = row["code_desc"]
    return found


def workbook(contract: Contract, lists: Mapping[str, Codes]) -> Workbook:
    """The template of one record kind: the sheet to fill in comes first, so that the file can be sent as it is.

    Columns are those of the contract under its own names; a feed file that reads it is ``feeds.template_feed``.
    """
    from openpyxl import Workbook  # type: ignore[import-untyped]

    book, fields = Workbook(), _fields(contract, lists)
    sheet = book.active
    assert sheet is not None
    sheet.title = contract.kind
    told = book.create_sheet("instructions")
    offered = book.create_sheet(_LISTS)
    _instruct(told, contract, fields)
    ranges = _write_lists(offered, fields)
    _write_columns(sheet, fields, ranges)
    book.properties.title, book.properties.creator = f"Template: {contract.kind}", "NNSC data platform"
    return book


def _fields(contract: Contract, lists: Mapping[str, Codes]) -> list[_Field]:
    return [_field(contract, name, column, lists) for name, column in contract.columns.items()]


def _field(contract: Contract, name: str, column: ColumnSpec, lists: Mapping[str, Codes]) -> _Field:
    rules = [rule for rule in contract.expectations if rule.column == name and rule.severity != "batch"]
    required = any(r.type.endswith("_to_not_be_null") and r.severity == "must" and not r.either for r in rules)
    fixed = next((r.arguments["value_set"] for r in rules if r.type.endswith("_to_be_in_set")), None)
    codes: Codes = dict(lists.get(column.codes or "", {}))
    if fixed is not None:
        codes = {value: str(value).replace("_", " ") for value in fixed}
    if column.type == "boolean":
        codes = {"yes": "Yes", "no": "No"}
    reasons = tuple(dict.fromkeys(rule.reason for rule in rules))
    key = name in contract.row_key
    closed = fixed is not None or column.type == "boolean"
    return _Field(name, column, required or key, reasons, codes, closed, _alternative(contract, name))


def _alternative(contract: Contract, name: str) -> str | None:
    """The other column of a rule that asks for one of two."""
    found = (r.either for r in contract.expectations if r.either and r.severity == "must")
    pairs = ((either.column, either.other) for either in found)
    return next((two[1 - two.index(name)] for two in pairs if name in two), None)


def _write_columns(sheet: Worksheet, fields: Sequence[_Field], ranges: Mapping[str, str]) -> None:
    from openpyxl.comments import Comment  # type: ignore[import-untyped]
    from openpyxl.styles import Font, PatternFill  # type: ignore[import-untyped]
    from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

    required = PatternFill("solid", start_color="FFE3F0E3")
    for number, field in enumerate(fields, start=1):
        letter = get_column_letter(number)
        cell = sheet.cell(row=1, column=number, value=field.name)
        cell.font = Font(bold=field.required)
        if field.required:
            cell.fill = required
        cell.comment = Comment(field.notes, "NNSC data platform", height=220, width=360)
        sheet.column_dimensions[letter].width = max(14, len(field.name) + 2)
        sheet.column_dimensions[letter].number_format = _FORMATS.get(field.column.type, "General")
        _validate(sheet, field, f"{letter}2:{letter}{ROWS + 1}", ranges.get(field.name))
    sheet.freeze_panes = "A2"


def _validate(sheet: Worksheet, field: _Field, cells: str, choices: str | None) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation  # type: ignore[import-untyped]

    made: Any = None
    if choices:
        made = DataValidation(type="list", formula1=choices, allow_blank=True)
        made.errorStyle = "stop" if field.closed else "warning"
    elif field.column.type in ("date", "timestamp"):
        made = DataValidation(type="date", operator="greaterThan", formula1="1", allow_blank=True)
        made.errorStyle = "stop"
    elif field.column.type == "integer":
        made = DataValidation(type="whole", operator="between", formula1="-999999999", formula2="999999999")
        made.errorStyle = "stop"
    if made is None:
        return
    expected = "a value of the list" if choices else _HOW[field.column.type]
    made.errorTitle, made.error = field.name, f"Expected: {expected}."
    made.showErrorMessage = True
    made.add(cells)
    sheet.add_data_validation(made)


def _write_lists(sheet: Worksheet, fields: Sequence[_Field]) -> dict[str, str]:
    """Two columns per list, code and meaning; the range of codes by column name."""
    from openpyxl.styles import Font  # type: ignore[import-untyped]
    from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

    ranges: dict[str, str] = {}
    for number, field in enumerate(field for field in fields if field.codes):
        column = 2 * number + 1
        sheet.cell(row=1, column=column, value=field.name).font = Font(bold=True)
        sheet.cell(row=1, column=column + 1, value="meaning").font = Font(bold=True)
        for row, (code, meaning) in enumerate(field.codes.items(), start=2):
            sheet.cell(row=row, column=column, value=code)
            sheet.cell(row=row, column=column + 1, value=meaning)
        letter = get_column_letter(column)
        sheet.column_dimensions[letter].width, sheet.column_dimensions[get_column_letter(column + 1)].width = 24, 44
        ranges[field.name] = f"'{_LISTS}'!${letter}$2:${letter}${len(field.codes) + 1}"
    return ranges


def _instruct(sheet: Worksheet, contract: Contract, fields: Sequence[_Field]) -> None:
    from openpyxl.styles import Alignment, Font  # type: ignore[import-untyped]

    worst = max(column.tier for column in contract.columns.values())
    rows: list[Sequence[str]] = [
        (contract.description,),
        (f"One row is: {contract.grain.removeprefix('one row per ')}.",),
        (f"Fill in the sheet {contract.kind}; leave the headings as they are, and delete no column.",),
        ("Each file is the whole list: a row that is no longer in it counts as withdrawn.",),
        ("An empty cell means: not recorded. It is never read as no or as zero.",),
        (f"A row keeps its {' and '.join(contract.row_key)} for ever; a corrected row replaces the one before.",),
        (f"Try it before you send it: nnsc check FEED FILE says what would be accepted (tier {worst}).",),
        *([("This file names people. Keep it where your case files are, and send it only by the agreed way.",)]
          if worst >= "T3" else []),
        ("",),
        ("column", "required", "what it is", "how to write it", "rules", "list"),
    ]  # fmt: skip
    for field in fields:
        rules = "; ".join(field.rules)
        told = field.name, field.need, field.column.description, _HOW[field.column.type], rules, ", ".join(field.codes)
        rows.append(told)
    for row, values in enumerate(rows, start=1):
        for column, value in enumerate(values, start=1):
            cell = sheet.cell(row=row, column=column, value=value)
            cell.alignment = Alignment(wrap_text=len(values) > 1, vertical="top")
            cell.font = Font(bold=row == 1 or values[0] == "column")
    for letter, width in zip("ABCDEF", (30, 10, 48, 28, 60, 48), strict=True):
        sheet.column_dimensions[letter].width = width
