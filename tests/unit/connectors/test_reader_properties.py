"""Whatever is written by a format's rules is read back exactly; garbage is an error, never a crash or a loss."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from connectors.errors import RefusedInput
from connectors.registry import make_reader
from ingest.reading import own_database

#: A file costs much more than its rows: thirty files of up to twenty-four rows hold as many values as sixty of twelve.
quick = hypothesis_settings(
    max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=12
)
Table = list[list[str]]


def tables(field: st.SearchStrategy[str]) -> st.SearchStrategy[Table]:
    return st.integers(1, 4).flatmap(
        lambda n: st.lists(st.lists(field, min_size=n, max_size=n), min_size=1, max_size=24)
    )


def values(folder: Path, data: bytes, kind: str, **options: Any) -> Table:
    """What is read, as text; null is empty, blanks around are trimmed as the pipeline does."""
    path = folder / "content"
    path.write_bytes(data)
    with own_database() as connection:
        table = make_reader(kind, options).read(path, connection, folder)
        assert connection.execute(f"select count(*) from {table.rejects}").fetchall() == [(0,)]
        rows = connection.execute(f"select * exclude (row_number) from {table.table} order by row_number").fetchall()
    return trimmed([["" if value is None else str(value) for value in row] for row in rows])


def trimmed(table: Table) -> Table:
    return [[value.strip(" \t\r\n\u00a0") for value in row] for row in table]


def without(*characters: str) -> st.SearchStrategy[str]:
    return TEXT.filter(lambda text: not any(character in text for character in characters))


@quick
@given(table=tables(without("‡", "†")))
def test_unquoted_with_odd_terminators(tmp_path: Path, table: Table) -> None:
    lines = [[f"h{n}" for n in range(len(table[0]))], *table]
    data = "".join("‡".join(line) + "†\r\n" for line in lines).encode()
    got = values(tmp_path, data, "delimited", separator="‡", line_end="†")
    assert got == trimmed([row for row in table if "‡".join(row)])


@quick
@given(table=tables(without("|", '"')))
def test_unquoted_lines(tmp_path: Path, table: Table) -> None:
    table = [row for row in table if any(row)] or [["x"] * len(table[0])]
    lines = [[f"h{n}" for n in range(len(table[0]))], *table]
    data = "".join("|".join(line) + "\n" for line in lines).encode()
    assert values(tmp_path, data, "delimited", separator="|", quote="") == trimmed(table)


@quick
@given(table=tables(TEXT))
def test_fixed_width(tmp_path: Path, table: Table) -> None:
    table = [row for row in table if "".join(row).strip()] or [["x"] * len(table[0])]
    data = "\n".join("".join(value.ljust(12) for value in row) for row in table).encode()
    columns = {f"h{n}": [n * 12 + 1, n * 12 + 12] for n in range(len(table[0]))}
    got = values(tmp_path, data, "fixed_width", encoding="utf-8", columns=columns)
    assert got == [[value.strip() for value in row] for row in table]


@quick
@given(table=tables(TEXT))
def test_json_lines_and_documents(tmp_path: Path, table: Table) -> None:
    rows = [{f"h{n}": value for n, value in enumerate(row)} for row in table]
    assert values(tmp_path, json.dumps(rows).encode(), "json") == trimmed(table)
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
    assert values(tmp_path, lines, "json", lines=True) == trimmed(table)


@quick
@given(table=tables(TEXT))
def test_xml(tmp_path: Path, table: Table) -> None:
    rows = ("".join(f"<h{n}>{escape(value)}</h{n}>" for n, value in enumerate(row)) for row in table)
    data = ("<all>" + "".join(f"<r>{row}</r>" for row in rows) + "</all>").encode()
    try:
        assert values(tmp_path, data, "xml", record="r") == [[value.strip() for value in row] for row in table]
    except RefusedInput as error:
        told = str(error)
        assert any(ord(c) in (0xFFFE, 0xFFFF) for row in table for value in row for c in value), told


@quick
@given(table=tables(TEXT))
def test_parquet(tmp_path: Path, table: Table) -> None:
    out = io.BytesIO()
    columns = {f"h{n}": [row[n] for row in table] for n in range(len(table[0]))}
    pyarrow.parquet.write_table(pyarrow.table(columns), out)
    assert values(tmp_path, out.getvalue(), "parquet") == trimmed(table)


@hypothesis_settings(
    max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(table=tables(st.text("abcäß €‡<>&\"'0123456789.-", max_size=12)))
def test_excel(tmp_path: Path, table: Table) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [[f"h{n}" for n in range(len(table[0]))], *table]:
        sheet.append(row)
        for cell in sheet[sheet.max_row]:
            cell.data_type = "s" if cell.value else cell.data_type
    out = io.BytesIO()
    book.save(out)
    got = values(tmp_path, out.getvalue(), "excel")
    assert got == [row for row in trimmed(table) if any(row)]


OPTIONS: dict[str, dict[str, Any]] = {
    "delimited": {"separator": "‡", "line_end": "†"},
    "fixed_width": {"columns": {"a": [1, 3], "b": [4, 9]}, "encoding": "utf-8"},
    "excel": {},
    "json": {"lines": True},
    "xml": {"record": "r"},
    "parquet": {},
}
STARTS = {"excel": b"PK\x03\x04", "json": b'{"a": ', "xml": b"<a><r>", "parquet": b"PAR1"}


@pytest.mark.parametrize("kind", OPTIONS)
@quick
@given(data=st.binary(max_size=300), like=st.booleans())
def test_garbage_is_an_error_or_a_table(tmp_path: Path, kind: str, data: bytes, like: bool) -> None:
    path = tmp_path / "content"
    path.write_bytes(STARTS.get(kind, b"") + data if like else data)
    with own_database() as connection:
        try:
            table = make_reader(kind, OPTIONS[kind]).read(path, connection, tmp_path)
        except RefusedInput as error:
            message = str(error)
            assert message.endswith("."), message
            return
        counted = connection.execute("select (select count(*) from text_rows) + (select count(*) from rejects)")
        assert counted.fetchall() == [(table.rows,)]
