"""Readers against files whose content is known: written here, by other libraries or by hand."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from connectors.base import TextTable
from connectors.errors import ConfigurationError, RefusedInput
from connectors.registry import make_reader


def read(folder: Path, data: bytes, kind: str, **options: Any) -> tuple[tuple[str, ...], list[Any], list[Any]]:
    """Headings, good rows as (number, values...) and rejects as (number, text)."""
    path = folder / "content"
    path.write_bytes(data)
    connection = duckdb.connect()
    table: TextTable = make_reader(kind, options).read(path, connection, folder)
    good = connection.execute(f"select * from {table.table} order by row_number").fetchall()
    bad = connection.execute(f"select row_number, row_text from {table.rejects} order by 1").fetchall()
    assert table.rows == len(good) + len(bad)
    assert {int(row[0]) for row in good + bad} == set(range(1, table.rows + 1))
    return table.headings, good, bad


# Delimited: the dialects of state agencies ----------------------------------------------------------------------------


def test_nothing_quoted(tmp_path: Path) -> None:
    headings, good, bad = read(tmp_path, 'a‡b\nsaid "hi‡2\n‡"\n'.encode(), "delimited", separator="‡", quote="")
    assert (headings, good, bad) == (("a", "b"), [(1, 'said "hi', "2"), (2, None, '"')], [])


def test_tennessee_windows_1252_without_quoting(tmp_path: Path) -> None:
    data = 'IncidentID‡Location\n1‡Yard "B"\n2‡Café\n'.encode("cp1252")
    _, good, _ = read(tmp_path, data, "delimited", encoding="cp1252", separator="‡", quote="")
    assert good == [(1, "1", 'Yard "B"'), (2, "2", "Café")]


def test_pennsylvania_line_terminator_with_line_ends_in_values(tmp_path: Path) -> None:
    data = "id‡note†\r\n1‡two\nlines†\r\n2‡one field too many‡x†\r\n3‡†\r\n".encode("cp1252")
    headings, good, bad = read(tmp_path, data, "delimited", encoding="cp1252", separator="‡", line_end="†")
    assert headings == ("id", "note")
    assert good == [(1, "1", "two\nlines"), (3, "3", "")]
    assert bad == [(2, "2‡one field too many‡x")]


def test_headerless(tmp_path: Path) -> None:
    headings, good, bad = read(tmp_path, b"1,x\n2\n3,z\n", "delimited", headings=["id", "name"])
    assert (headings, good, bad) == (("id", "name"), [(1, "1", "x"), (3, "3", "z")], [(2, "2")])


def test_lines_before_the_heading_and_a_counting_line_behind(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbfAgency report\nrun 2026-01-01\nid,name\n1,x\n2,y\nTRAILER 2\n\n"
    options: dict[str, Any] = {"skip_lines": 2, "trailer": r"TRAILER (\d+)"}
    assert read(tmp_path, data, "delimited", **options)[:2] == (("id", "name"), [(1, "1", "x"), (2, "2", "y")])
    for cut in (data.replace(b"2,y\n", b""), data.replace(b"TRAILER 2\n", b"")):
        with pytest.raises(RefusedInput) as error:
            read(tmp_path, cut, "delimited", **options)
        assert error.value.code == "truncated"


@pytest.mark.parametrize("first", ["sep=;\r\n", '"sep=;"\n', "SEP=;\n"])
def test_a_spreadsheet_says_its_separator(tmp_path: Path, first: str) -> None:
    headings, good, _ = read(tmp_path, (first + "a;b\n1,5;x\n").encode(), "delimited")
    assert (headings, good) == (("a", "b"), [(1, "1,5", "x")])


def archive(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def test_a_zip_of_many_parts_in_order_of_name(tmp_path: Path) -> None:
    data = archive(**{"d__b.csv": b"a,b\n3,z", "d__a.csv": b"a,b\r\n1,x\r\n2,y", "readme.txt": b"no"})
    _, good, _ = read(tmp_path, data, "delimited", member="*.csv")
    assert [row[1] for row in good] == ["1", "2", "3"]
    with pytest.raises(RefusedInput, match="other headings"):
        read(tmp_path, archive(**{"a.csv": b"a,b\n1,x", "b.csv": b"b,a\n1,x"}), "delimited", member="*.csv")
    with pytest.raises(RefusedInput, match="fits"):
        read(tmp_path, data, "delimited", member="*.tsv")


def test_some_bytes_may_be_undecodable(tmp_path: Path) -> None:
    data = b"a,b\n1,caf\xe9\n2,\xff\n"
    _, good, _ = read(tmp_path, data, "delimited", bad_bytes=2)
    assert [row[2] for row in good] == ["caf\ufffd", "\ufffd"]
    with pytest.raises(RefusedInput, match="not utf-8"):
        read(tmp_path, data, "delimited", bad_bytes=1)


# Fixed width ----------------------------------------------------------------------------------------------------------


def test_fixed_width(tmp_path: Path) -> None:
    data = "00123Pe\u00f1a      20260103\r\n00124X\r\n\r\n00125toolongtoolong20260104+\r\n".encode("cp1252")
    columns = {"id": [1, 5], "name": [6, 15], "day": [16, 23]}
    headings, good, bad = read(tmp_path, data, "fixed_width", encoding="cp1252", columns=columns, width=23)
    assert headings == ("id", "name", "day")
    assert good == [(1, "00123", "Peña", "20260103"), (2, "00124", "X", None)]
    assert [row[0] for row in bad] == [3]


NIBRS = {
    "segment": [1, 2],
    "link": [3, 12],
    "segments": {
        "01": {"name": "incident", "columns": {"number": [3, 12], "day": [13, 20]}},
        "02": {"name": "offense", "columns": {"code": [13, 15], "weapon": [16, 17]}},
        "04": {"name": "victim", "columns": {"sequence": [13, 15], "age": [16, 17], "sex": [18, 18]}, "carry": ["01", "02"]},
        "05": {"name": "offender", "columns": {"sequence": [13, 14], "age": [15, 16]}, "carry": ["01"]},
        "06": {"name": "arrestee", "columns": {"arrest": [13, 20]}, "carry": ["01"]},
    },
}  # fmt: skip
LINES = [
    "01INC000000120260102", "02INC000000113A11", "04INC000000100125M", "04INC000000100230F", "05INC00000010140",
    "06INC0000001ARR00001", "BHheader", "04INC000000900119M", "01INC000000220260103",
]  # fmt: skip


def test_nibrs_segments_carry_their_incident(tmp_path: Path) -> None:
    headings, good, bad = read(tmp_path, "\n".join(LINES).encode(), "fixed_width", **NIBRS)
    rows = [dict(zip(("row", *headings), row, strict=True)) for row in good]
    victims = [row for row in rows if row["segment"] == "04"]
    assert [(v["incident_day"], v["offense_weapon"], v["victim_age"]) for v in victims] == [
        ("20260102", "11", "25"),
        ("20260102", "11", "30"),
        (None, None, "19"),  # its incident is not in the file: nothing leaks from another one
    ]
    offender = next(row for row in rows if row["segment"] == "05")
    assert (offender["incident_number"], offender["offense_code"]) == ("INC0000001", None)
    assert [text for _, text in bad] == ["BHheader"]


@pytest.mark.parametrize(
    "options",
    [{}, {"columns": {"a": [0, 1]}}, {"columns": {"a": [3, 1]}}, {"segments": {}}, {**NIBRS, "columns": {"a": [1, 2]}}],
)
def test_impossible_positions_are_the_feeds_fault(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        make_reader("fixed_width", options)


# Excel ----------------------------------------------------------------------------------------------------------------


def workbook(**sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_cells_as_text(tmp_path: Path) -> None:
    rows = [
        ["id", "when", "day", "x", "flag", "text"],
        [7, datetime(2026, 1, 2, 3, 4), date(2026, 1, 2), 1.5, True, "007"],
    ]
    _, good, _ = read(tmp_path, workbook(A=rows), "excel")
    assert good == [(1, "7", "2026-01-02 03:04:00", "2026-01-02", "1.5", "true", "007")]


def test_titles_above_a_heading_of_two_rows_with_merged_cells(tmp_path: Path) -> None:
    rows = [
        ["Department of Correction"],
        ["", ""],
        ["Person", None, "Event"],
        ["id", "age", "day"],
        ["1", 20, "x"],
        [],
        ["2", 21, "y"],
    ]
    options: dict[str, Any] = {"header_row": 3, "header_rows": 2}
    headings, good, _ = read(tmp_path, workbook(A=rows), "excel", **options)
    assert headings == ("Person id", "Person age", "Event day")
    assert good == [(1, "1", "20", "x"), (2, "2", "21", "y")]
    found = read(tmp_path, workbook(A=rows[3:]), "excel", header_has=["id", "day"])
    assert found[0] == ("id", "age", "day")


def test_several_sheets_below_each_other(tmp_path: Path) -> None:
    data = workbook(**{"Jan": [["a", "b"], [1, 2]], "Feb": [["a", "b"], [3, 4]], "Notes": [["x"]]})
    headings, good, _ = read(tmp_path, data, "excel", sheet="[JF]*", sheet_column="month")
    assert (headings, good) == (("a", "b", "month"), [(1, "1", "2", "Jan"), (2, "3", "4", "Feb")])
    with pytest.raises(RefusedInput, match="there are: Jan, Feb, Notes"):
        read(tmp_path, data, "excel", sheet="March")
    with pytest.raises(RefusedInput, match="other headings"):
        read(tmp_path, data, "excel", sheet="*")


def test_text_beside_the_columns_is_set_apart(tmp_path: Path) -> None:
    _, good, bad = read(tmp_path, workbook(A=[["a", "b"], [1, 2, "note"], [3]]), "excel")
    assert good == [(2, "3", None)]
    assert bad == [(1, "1 | 2 | note")]


# JSON -----------------------------------------------------------------------------------------------------------------


def test_json_with_a_nested_path(tmp_path: Path) -> None:
    data = (
        b'{"result": {"rows": [{"id": 1, "at": {"x": 40.10, "tags": ["a"]}}, {"id": 2.50, "late": null, "n": NaN}, 7]}}'
    )
    headings, good, bad = read(tmp_path, data, "json", records="result.rows", headings=["missing"])
    assert headings == ("missing", "id", "at.x", "at.tags", "late", "n")
    assert good == [(1, None, "1", "40.10", '["a"]', None, None), (2, None, "2.50", None, None, None, None)]
    assert bad == [(3, '"7"')]


def test_json_lines(tmp_path: Path) -> None:
    data = gzip.compress('{"a": "x\\ny", "b": true}\n\n{broken\n{"b": "é"}\n'.encode())
    headings, good, bad = read(tmp_path, data, "json", lines=True)
    assert (headings, good) == (("a", "b"), [(1, "x\ny", "true"), (3, None, "é")])
    assert bad == [(2, "{broken")]


@pytest.mark.parametrize("data", [b"", b"[1, 2", b'{"a": 1}', b"\xff\xfe"])
def test_no_json(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(RefusedInput):
        read(tmp_path, data, "json")


# XML ------------------------------------------------------------------------------------------------------------------

XML = """<?xml version="1.0" encoding="iso-8859-1"?>
<e:export xmlns:e="urn:x" day="2026-01-01"><e:agency>PD</e:agency>
 <e:Incident nr="1"><e:place><e:street>Peña 1</e:street><e:zip/></e:place>
   <e:charge>a</e:charge><e:charge>b</e:charge></e:Incident>
 <e:Incident nr="2"><e:place><e:street unit="3">B &amp; C</e:street></e:place><e:late>x</e:late></e:Incident>
</e:export>"""


def test_xml(tmp_path: Path) -> None:
    headings, good, _ = read(tmp_path, XML.encode("iso-8859-1"), "xml", record="Incident", parents=["export"])
    assert [dict(zip(headings, row[1:], strict=True)) for row in good] == [
        {"export.@day": "2026-01-01", "export.agency": "PD", "@nr": "1", "place.street": "Peña 1", "place.zip": None,
         "charge": '["a", "b"]', "place.street.@unit": None, "late": None},
        {"export.@day": "2026-01-01", "export.agency": "PD", "@nr": "2", "place.street": "B & C", "place.zip": None,
         "charge": None, "place.street.@unit": "3", "late": "x"},
    ]  # fmt: skip


@pytest.mark.slow
def test_xml_in_bounded_memory(tmp_path: Path) -> None:
    import tracemalloc

    row = b"<r><a>%d</a><b>" + b"x" * 200 + b"</b></r>"
    data = b"<all>" + b"".join(row % n for n in range(60_000)) + b"</all>"
    path = tmp_path / "big"
    path.write_bytes(data)
    tracemalloc.start()
    table = make_reader("xml", {"record": "r"}).read(path, duckdb.connect(), tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert table.rows == 60_000
    assert peak < 60_000_000


@pytest.mark.parametrize(
    "data", [b"", b"<a><r></a>", b'<!DOCTYPE a [<!ENTITY x "y">]><a><r/></a>', b"no xml", XML.encode("utf-16")[:-9]]
)
def test_no_xml(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(RefusedInput):
        read(tmp_path, data, "xml", record="r")


# Parquet --------------------------------------------------------------------------------------------------------------


def test_parquet(tmp_path: Path) -> None:
    file = tmp_path / "f.parquet"
    duckdb.sql(
        "select 7 as id, timestamp '2026-01-02 03:04:05' as t, 1.50::decimal(5,2) as d, {'a': [1]} as n, null::date as z"
    ).write_parquet(str(file))
    headings, good, _ = read(tmp_path, file.read_bytes(), "parquet")
    assert headings == ("id", "t", "d", "n", "z")
    assert good == [(1, "7", "2026-01-02 03:04:05", "1.50", '{"a":[1]}', None)]
    with pytest.raises(RefusedInput):
        read(tmp_path, file.read_bytes()[:-20], "parquet")


def test_an_empty_json_list_names_no_columns(tmp_path: Path) -> None:
    with pytest.raises(RefusedInput, match="names no columns"):
        read(tmp_path, json.dumps([]).encode(), "json")
    assert read(tmp_path, b"[]", "json", headings=["a"])[0] == ("a",)


@pytest.mark.parametrize(
    "bad",
    [
        rb'{"a": "half \ud800 a character"}', rb'{"a": "x\u0000y"}', b'{"a": "1", "a": "2"}',
        b'{"a": {"b": 1}, "a.b": 2}', b'{"a":' * 5000 + b"1" + b"}" * 5000,
    ],
    ids=["half a surrogate pair", "NUL", "a key twice", "two paths in one place", "too deep"],
)  # fmt: skip
def test_json_that_would_crash_or_lose_a_value_is_set_apart(tmp_path: Path, bad: bytes) -> None:
    _, good, rejected = read(tmp_path, b'{"a": "1"}\n' + bad + b'\n{"a": "3"}\n', "json", lines=True)
    assert [(row[0], row[1]) for row in good] == [(1, "1"), (3, "3")]
    assert [number for number, _ in rejected] == [2]
    rejected[0][1].encode()


@pytest.mark.parametrize(
    "data",
    [b"{" + b",".join(b'"k%d": 1' % n for n in range(5000)) + b"}\n", rb'{"\ud800": 1}'],
    ids=["a column for every record", "a heading that is no text"],
)
def test_json_headings_that_are_none(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(RefusedInput) as error:
        read(tmp_path, data, "json", lines=True)
    assert error.value.code == "unreadable"


def test_xml_nested_without_end_is_refused(tmp_path: Path) -> None:
    data = b"<a><r>" + b"<x>" * 5000 + b"1" + b"</x>" * 5000 + b"</r></a>"
    with pytest.raises(RefusedInput, match="deeply"):
        read(tmp_path, data, "xml", record="r")
