"""Files with odd line ends and quotation marks: every row is read, or the file is refused; none vanishes."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from pathlib import Path

import duckdb
import pytest
from pydantic import ValidationError

from connectors.delimited import DelimitedReader
from connectors.errors import RefusedInput


def read(folder: Path, text: str | bytes, **options: str) -> tuple[list[tuple[object, ...]], list[int]]:
    path = folder / "file"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    connection = duckdb.connect()
    table = DelimitedReader(**options).read(path, connection, folder)
    good = connection.execute(f"select * from {table.table} order by row_number").fetchall()
    return good, [n for (n,) in connection.execute(f"select row_number from {table.rejects} order by 1").fetchall()]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("inside", ["\n", "\r\n"])
def test_a_line_end_inside_quotes_may_differ_from_those_of_the_rows(tmp_path: Path, end: str, inside: str) -> None:
    text = end.join(["a,b", f'1,"x{inside}y"', "2,z", ""])
    assert read(tmp_path, text) == ([(1, "1", f"x{inside}y"), (2, "2", "z")], [])


@pytest.mark.parametrize("text", ["a,b\n1,x\r\n2,y\r\n", "a,b\r\n1,x\n2,y\n", "a,b\r\n1,x\n2,y\r\n"])
def test_rows_with_mixed_line_ends_are_refused_and_not_lost(tmp_path: Path, text: str) -> None:
    with pytest.raises(RefusedInput, match="lines do not all end alike"):
        read(tmp_path, text)


def test_an_open_quotation_mark_does_not_swallow_rows(tmp_path: Path) -> None:
    lines = ["a,b,c", *(f"{n},value {n},z" for n in range(100_000))]
    lines[5] = '5,"value,z'
    with pytest.raises(RefusedInput, match="opens in row 5 "):
        read(tmp_path, "\n".join(lines) + "\n")


def test_a_bad_quotation_mark_within_a_line_costs_that_row_only(tmp_path: Path) -> None:
    good, bad = read(tmp_path, 'a,b\n1,x\n2,"y"z\n3,w\n')
    assert (good, bad) == ([(1, "1", "x"), (3, "3", "w")], [2])


@pytest.mark.parametrize("seed", range(6))
def test_the_same_rows_as_the_csv_module_reads(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    end, rows = rng.choice(["\n", "\r\n"]), 300
    lines = ["a,b,c"]
    for n in range(rows):
        values = [
            rng.choice([f"v{n}", f'"q""{n}, z"', f'"l{rng.choice([chr(10), chr(13) + chr(10)])}{n}"']) for _ in "abc"
        ]
        lines.append(",".join(values[:2] if rng.random() < 0.03 else values))
    text = end.join(lines) + end
    truth = list(enumerate(csv.reader(io.StringIO(text, newline=""))))[1:]
    good, bad = read(tmp_path, text)
    assert good == [(n, *row) for n, row in truth if len(row) == 3]
    assert bad == [n for n, row in truth if len(row) != 3]


def test_headings_are_read_with_the_quotation_mark_of_the_feed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("'a;1';b\u2028c\n'x;y';2\n")
    table = DelimitedReader(separator=";", quote="'").read(path, duckdb.connect(), tmp_path)
    assert table.headings == ("a;1", "b\u2028c")


def test_an_empty_first_line_is_no_heading_line(tmp_path: Path) -> None:
    with pytest.raises(RefusedInput, match="begins with an empty line"):
        read(tmp_path, "\n\na,b\n1,2\n")


@pytest.mark.parametrize(("byte", "value"), [(6, 1), (8, 9)], ids=["encrypted", "deflate64"])
def test_archives_that_cannot_be_unpacked_are_refused(tmp_path: Path, byte: int, value: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", "a,b\n1,2\n")
    data = bytearray(out.getvalue())
    data[byte] = value
    data[data.find(b"PK\x01\x02") + byte + 2] = value
    with pytest.raises(RefusedInput):
        read(tmp_path, bytes(data))


def test_an_unknown_encoding_is_said_when_the_feed_is_read() -> None:
    with pytest.raises(ValidationError, match="no known encoding"):
        DelimitedReader(encoding="utf8x")


def test_row_numbers_hold_where_several_threads_read(tmp_path: Path) -> None:
    """Row numbers are places in the scan: 20 MB are read in several pieces at once."""
    ragged = {7, 8, 150_000, 399_999}
    lines = ["a,b", *(f"{n},{'x' * 40}" + (",surplus" if n in ragged else "") for n in range(1, 400_001))]
    path = tmp_path / "file"
    path.write_text("\n".join(lines) + "\n")
    connection = duckdb.connect(config={"threads": 4})
    table = DelimitedReader().read(path, connection, tmp_path)
    assert table.rows == 400_000
    wrong = connection.execute("select count(*) from text_rows where row_number <> c0::bigint").fetchall()
    assert wrong == [(0,)]
    found = connection.execute("select row_number from rejects").fetchall()
    assert {number for (number,) in found} == ragged


@pytest.mark.parametrize("options", [{}, {"skip_lines": 1}, {"line_end": "|\n"}, {"headings": ("a", "b")}])
@pytest.mark.parametrize("start", ["", "a,b\n1,"], ids=["heading", "row"])
def test_a_line_without_an_end_is_refused_before_it_fills_the_memory(
    tmp_path: Path, options: dict[str, object], start: str
) -> None:
    path = tmp_path / "file"
    path.write_text(start + "x" * 5_000_000)
    with pytest.raises(RefusedInput, match="A line is longer than"):
        DelimitedReader(**options).read(path, duckdb.connect(), tmp_path)
