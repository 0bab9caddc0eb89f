"""Columns count as tidy exactly where Python finds nothing to trim, whatever the file's quotes and line ends."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from connectors.base import BLANKS
from connectors.delimited import DelimitedReader
from feeds.spec import FeedSpec, ReaderSpec
from ingest.reading import own_database
from ingest.tidying import tidy_headings

ROWS, COLUMNS = 3_500, 12
LINE_END = "the line end"
SEPARATORS = {"comma": ",", "tab": "\t"}


def _value(row: int, column: int, blank: str) -> str:
    """Each column but the first has one untidy value, each in another row, behind or before."""
    plain = f"value {row}"
    if column == 0 or row != 250 * column:
        return plain
    return f"{blank}{plain}" if column % 2 else f"{plain}{blank}"


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0", "\u00a0 ", LINE_END])
def test_every_blank_is_found(tmp_path: Path, blank: str, line_end: str, separator: str) -> None:
    blank = line_end if blank == LINE_END else blank
    values = [[_value(row, column, blank) for column in range(COLUMNS)] for row in range(ROWS)]
    file = tmp_path / "delivered.csv"
    with file.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, delimiter=SEPARATORS[separator], lineterminator=line_end)
        writer.writerows([[f"h{column}" for column in range(COLUMNS)], *values])
    assert _tidy(file, tmp_path, SEPARATORS[separator]) == _stripped(values)


def test_a_blank_between_words_or_a_null_marker(tmp_path: Path) -> None:
    values = [[f"two words\tand a half {row}", "N/A" if row == 2_700 else "x", ""] for row in range(3_000)]
    file = tmp_path / "delivered.csv"
    lines = "".join(",".join(row) + "\n" for row in [["h0", "h1", "h2"], *values])
    file.write_text(lines)
    assert _tidy(file, tmp_path, ",", ["N/A"]) == {"h0", "h2"}
    assert _tidy(file, tmp_path, ",") == {"h0", "h1", "h2"}


def _stripped(values: list[list[str]]) -> set[str]:
    columns = zip(*values, strict=True)
    return {f"h{number}" for number, column in enumerate(columns) if all(v == v.strip(BLANKS) for v in column)}


def _tidy(file: Path, scratch: Path, separator: str, null_values: list[str] | None = None) -> set[str]:
    spec = FeedSpec.model_construct(reader=ReaderSpec(null_values=null_values or []))
    with own_database() as connection:
        table = DelimitedReader(separator=separator).read(file, connection, scratch)
        return tidy_headings(connection, spec, table, table.headings)
