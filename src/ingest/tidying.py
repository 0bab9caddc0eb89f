"""From the text that a reader gives to text that can be mapped: under its headings, trimmed, null markers as null."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

from connectors.base import BLANKS, TextTable
from feeds.spec import FeedSpec, Layout
from ingest.errors import HeldBatch
from ingest.sqltext import ident, literal, literals

if TYPE_CHECKING:
    import duckdb

#: Up to so many rows the shorter question is cheaper: the other one takes long to plan and a sixth as long to answer.
_FEW = 2_000


def source_view(
    spec: FeedSpec,
    layout: Layout,
    headings: tuple[str, ...],
    table: str,
    file_name: str,
    tidy: Collection[str] = (),
) -> str:
    """SELECT of ``_file_row`` and the file's columns under their headings, trimmed, null markers as null.

    ``never_load`` is left out, and so is a column without a heading. Columns that the layout takes from the file's
    name follow. ``tidy`` names headings whose values need neither.

    Raises:
        HeldBatch: ``file_name`` when a pattern does not fit the name.
    """
    trimmed, columns = [], []
    for position, heading in enumerate(headings):
        if heading in layout.never_load or not heading:
            continue
        name, column = ident(heading), f"c{position}"
        is_tidy = heading in tidy
        trimmed.append(f"{column if is_tidy else _trimmed(column)} as {name}")
        columns.append(name if is_tidy else f"case when {name} not in ({_markers(spec)}) then {name} end as {name}")
    for column, pattern in layout.from_file_name.items():
        match = re.search(pattern, file_name)
        if match is None:
            raise HeldBatch("file_name", f"The file name {file_name!r} does not tell {column} ({pattern}).")
        columns.append(f"{literal(match[1])}::varchar as {ident(column)}")
    inner = f"select row_number as _file_row, {', '.join(trimmed)} from {table}"
    return f"select _file_row, {', '.join(columns)} from ({inner})"


def tidy_headings(
    connection: duckdb.DuckDBPyConnection, spec: FeedSpec, table: TextTable, used: Collection[str]
) -> set[str]:
    """Those of the headings in use whose values have no blanks around them and are no null markers, in one scan.

    Looking once is cheaper than trimming every value, and most columns of most files are tidy.
    """
    wanted = [(f"c{n}", heading) for n, heading in enumerate(table.headings) if heading in used]
    if not wanted:
        return set()
    looks = _edges if table.rows > _FEW else _changed_by_trimming
    tests = ", ".join(f"bool_or({looks(column, table.blanks)}{_is_marker(spec, column)})" for column, _ in wanted)
    found = connection.execute(f"select {tests} from {table.table}").fetchall()[0]
    return {heading for (_, heading), untidy in zip(wanted, found, strict=True) if not untidy}


def _markers(spec: FeedSpec) -> str:
    return literals(["", *spec.reader.null_values])


def _is_marker(spec: FeedSpec, column: str) -> str:
    return f" or {column} in ({literals(spec.reader.null_values)})" if spec.reader.null_values else ""


def _edges(column: str, blanks: str = BLANKS) -> str:
    """True where a blank stands at either end, or nothing. What begins with a blank but the last sorts before '!'."""
    wide = [blank for blank in blanks if blank > " "]
    starts = [f"{column} < '!'", *(f"prefix({column}, {literal(blank)})" for blank in wide)]
    return " or ".join([*starts, *(f"suffix({column}, {literal(blank)})" for blank in blanks)])


def _changed_by_trimming(column: str, blanks: str) -> str:
    return f"{column} = '' or {column} <> trim({column}, {literal(blanks)})"


def _trimmed(column: str) -> str:
    """The text without blanks around it. Looking at both ends first costs a seventh of trimming every value."""
    return f"case when {_edges(column)} then trim({column}, {literal(BLANKS)}) else {column} end"
