"""The delimited reader against files whose content is known."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from connectors.base import BLANKS
from connectors.delimited import DelimitedReader
from connectors.errors import RefusedInput
from ingest.reading import own_database


def read(
    folder: Path, data: bytes, **options: str
) -> tuple[tuple[str, ...], list[tuple[object, ...]], list[tuple[int, str]]]:
    """Headings, good rows (with numbers) and rejected rows (number, text) of a file."""
    path = folder / "file"
    path.write_bytes(data)
    with own_database() as connection:
        table = DelimitedReader(**options).read(path, connection, folder)
        good = connection.execute(f"select * from {table.table} order by row_number").fetchall()
        bad = connection.execute(f"select row_number, row_text from {table.rejects} order by 1").fetchall()
    assert table.rows == len(good) + len(bad)
    return table.headings, good, bad


TEXT = "a,b\n1,é\n2,x\n"
EXPECTED = (("a", "b"), [(1, "1", "é"), (2, "2", "x")], [])


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, TEXT.encode())
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "options"),
    [
        (TEXT.encode(), {}),
        (b"\xef\xbb\xbf" + TEXT.encode(), {}),
        (TEXT.replace("\n", "\r\n").encode(), {}),
        (TEXT.replace("\n", "\r").encode(), {}),
        (TEXT.rstrip("\n").encode(), {}),
        ((TEXT + "\n\n").encode(), {}),
        (TEXT.encode("cp1252"), {"encoding": "cp1252"}),
        (TEXT.encode("utf-16"), {"encoding": "utf-16"}),
        (TEXT.replace(",", "|").encode(), {"separator": "|"}),
        (TEXT.replace(",", "‡").encode(), {"separator": "‡"}),
        (TEXT.replace(",", "\t").encode(), {"separator": "\t"}),
        (gzip.compress(TEXT.encode()), {}),
        (zipped("data.csv"), {}),
        (zipped("data.csv", "__MACOSX/._data.csv"), {}),
        (b' a ,"b"\n1,"\xc3\xa9"\n"2",x\n', {}),
    ],
    ids=["plain", "bom", "crlf", "cr", "no last end", "blank lines", "cp1252", "utf-16", "pipe", "double dagger", "tab",
         "gzip", "zip", "zip from a Mac", "quotes"],
)  # fmt: skip
def test_the_same_table_however_it_is_written(tmp_path: Path, data: bytes, options: dict[str, str]) -> None:
    assert read(tmp_path, data, **options) == EXPECTED


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"\n\n", "empty_file"),
        (gzip.compress(b""), "empty_file"),
        (TEXT.encode("cp1252"), "unreadable"),
        (b"a,b\n1,\x002\n", "unreadable"),
        (b"\x1f\x8b\x08\x00broken", "unreadable"),
        (gzip.compress(TEXT.encode())[:-6], "unreadable"),
        (b"PK\x03\x04broken", "unreadable"),
        (zipped("one.csv", "two.csv"), "unreadable"),
        (gzip.compress(b"a,b\n" + b"1,2\n" * 10_000_000), "unreadable"),
    ],
    ids=[
        "empty",
        "blank",
        "empty gzip",
        "other encoding",
        "NUL",
        "bad gzip",
        "cut gzip",
        "bad zip",
        "two members",
        "bomb",
    ],
)
def test_what_is_no_such_file_is_refused(tmp_path: Path, data: bytes, code: str) -> None:
    with pytest.raises(RefusedInput) as error:
        read(tmp_path, data)
    assert error.value.code == code


def test_ragged_rows_are_set_apart_under_their_own_numbers(tmp_path: Path) -> None:
    data = b'a,b,c\n1,2,3\n4,5\n"x\ny",7,8\n9,10,11,12\n13,14,15\nlast,one'
    _, good, bad = read(tmp_path, data)
    assert [row[0] for row in good] == [1, 3, 5]
    assert bad == [(2, "4,5"), (4, "9,10,11,12"), (6, "last,one")]


FIELD = st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
#: A file costs much more than its rows: few files of many rows.
TABLE = st.integers(2, 4).flatmap(lambda n: st.lists(st.lists(FIELD, min_size=n, max_size=n), min_size=1, max_size=24))


@hypothesis_settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(table=TABLE)
def test_whatever_is_written_by_the_rules_is_read_back(tmp_path: Path, table: list[list[str]]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow([f"h{i}" for i in range(len(table[0]))])
    writer.writerows(table)
    _, good, bad = read(tmp_path, out.getvalue().encode())
    assert bad == []
    assert [[v or "" for v in row[1:]] for row in good] == table
    assert [row[0] for row in good] == list(range(1, len(table) + 1))


@hypothesis_settings(
    max_examples=75, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.binary(max_size=300))
def test_garbage_is_an_error_or_a_table_never_a_crash(tmp_path: Path, data: bytes) -> None:
    try:
        _, good, bad = read(tmp_path, data)
    except RefusedInput as error:
        message = str(error)  # refused: that is an answer
        assert message.endswith("."), message
    else:
        lines = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        assert len(good) + len(bad) <= len(lines)


def test_blanks_that_are_trimmed() -> None:
    assert "\u00a0" in BLANKS
