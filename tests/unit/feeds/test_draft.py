"""Drafted feed files: what is guessed from a sample, and that a draft is already a valid feed file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.errors import ConfigurationError
from feeds.contracts import load_contracts
from feeds.draft import draft, suggest_kind
from feeds.profile import date_formats, profile
from feeds.todos import unanswered
from ingest.compile import check_feeds
from ingest.sampling import guess_connector, guess_reader, sample_file
from settings import Settings, load_settings
from support.world import write_feed

CONTRACTS = load_contracts(load_settings().contracts)


@pytest.mark.parametrize(
    ("values", "formats"),
    [
        (["2025-01-31"], ("%Y-%m-%d",)),
        (["20250131", "20241201"], ("%Y%m%d",)),
        (["01/31/2025", "02/01/2025"], ("%m/%d/%Y",)),
        (["31/01/2025", "01/02/2025"], ("%d/%m/%Y",)),
        (["01/02/2025", "03/04/2025"], ("%m/%d/%Y", "%d/%m/%Y")),
        (["05/01/2024 10:15:00 PM"], ("%m/%d/%Y %I:%M:%S %p",)),
        (["2025-09-30T00:00:00.000"], ("%Y-%m-%dT%H:%M:%S.%g",)),
        (["2020-07-04 23:10:00+00"], ("%Y-%m-%d %H:%M:%S+00",)),
        (["A12345", "B12345"], ()),
        (["202035079987"], ()),
        (["31/31/2025"], ()),
    ],
)
def test_date_formats(values: list[str], formats: tuple[str, ...]) -> None:
    assert date_formats(values) == formats


def test_types_codes_and_keys() -> None:
    assert profile("n", ["1", "2.0", None]).kind == "integer"
    assert profile("x", ["19,43", "-99,13"]).comma
    found = profile("id", ["a", "b", "c"])
    assert found.unique
    assert found.complete
    assert profile("f", ["Y", "N", "Y", None]).codes == ("N", "Y")
    assert profile("e", [None, None]).kind == "empty"


FILES = {
    "philadelphia.csv": (
        b"dc_key,date_,age,sex,fatal,lat,lng,wound\n2023,2023-01-02,23,M,0,40.0,-75.1,leg\n2024,2023-01-03,,F,1,,,head\n",
        "shooting_victim", {"kind": "delimited"},
    ),
    "arrestos.csv": (
        "folio_detencion;fecha_detencion;edad;sexo;apellido_paterno;apellido_materno;nombre\n"
        "D1;31/12/2025;20;H;Peña;Núñez;José\nD2;01/12/2025;21;M;Díaz;;Ana\n".encode("cp1252"),
        "arrest", {"kind": "delimited", "encoding": "cp1252", "separator": ";"},
    ),
    "tn.txt": (
        "ArrestNumber‡Arrest_Date‡Charge‡Statute\n1‡2025-01-01‡Theft, grand‡39-14\n2‡2025-01-02‡Assault‡39-13\n".encode("cp1252"),
        "arrest_charge", {"kind": "delimited", "encoding": "cp1252", "separator": "‡", "quote": ""},
    ),
    "lines.jsonl": (
        b'{"arrest_number": 1, "arrest_date": "2025-01-01"}\n{"arrest_number": 2, "arrest_date": "2025-01-02"}\n',
        "arrest", {"kind": "json", "lines": True},
    ),
    "export.xml": (
        b"<all><Arrest><arrest_id>1</arrest_id><arrest_date>2025-01-01</arrest_date></Arrest>"
        b"<Arrest><arrest_id>2</arrest_id><arrest_date>2025-01-02</arrest_date></Arrest></all>",
        "arrest", {"kind": "xml", "record": "Arrest"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_draft_is_a_valid_feed_file(settings: Settings, tmp_path: Path, name: str) -> None:
    data, kind, reader = FILES[name]
    file = tmp_path / name
    file.write_bytes(data)
    assert guess_reader(file) == reader
    sample = sample_file(file, "us_test/arrest")
    assert suggest_kind(sample, CONTRACTS).kind == kind
    text = draft(sample, CONTRACTS)
    write_feed(settings, text=text)
    assert check_feeds(settings) == []
    spec = yaml.safe_load(text)
    assert spec["enabled"] is False
    assert set(sample.headings) == _named(spec)


def test_every_question_of_a_draft_is_named_until_it_is_answered(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "arrestos.csv"
    file.write_bytes(FILES["arrestos.csv"][0])
    text = draft(sample_file(file, "us_test/arrest"), CONTRACTS)
    write_feed(settings, text=text)
    left = unanswered(settings, ["us_test/arrest"])
    assert len(left) == text.count("TODO") > 3
    assert "us_test/arrest.yml: line 2: answer this, then take the TODO away: TODO who publishes it" in left[1]
    write_feed(settings, text=text.replace("# TODO", "#").replace("TODO w", "W") + "# the heading is TODO_EL_PAIS\n")
    assert unanswered(settings) == []


def _named(spec: dict[str, object]) -> set[str]:
    layout = spec["layouts"][0]  # type: ignore[index]
    record = layout["records"][0]
    mapped = {(m if isinstance(m, str) else m["from"]) for m in record["map"].values()}
    unused = {heading for headings in layout["ignore"].values() for heading in headings}
    return unused | mapped | set(record["key"]["columns"])


def test_what_a_draft_says_of_a_spanish_file(tmp_path: Path) -> None:
    file = tmp_path / "arrestos.csv"
    file.write_bytes(FILES["arrestos.csv"][0])
    spec = yaml.safe_load(draft(sample_file(file, "mx_x/arrest"), CONTRACTS))
    record = spec["layouts"][0]["records"][0]
    assert record["key"] == {"columns": ["folio_detencion"]}
    assert record["map"]["arrested_on"] == {"from": "fecha_detencion", "parse": "%d/%m/%Y"}
    assert record["map"]["arrestee_second_last_name"] == "apellido_materno"
    assert record["map"]["arrestee_age"] == {"from": "edad", "parse": "integer"}


@pytest.mark.parametrize(
    ("url", "connector"),
    [
        ("https://data.x.gov/Public-Safety/Arrests/dpt3-jri9", {"kind": "socrata", "url": "https://data.x.gov", "dataset": "dpt3-jri9"}),
        ("https://data.x.gov/resource/dpt3-jri9.json", {"kind": "socrata", "url": "https://data.x.gov", "dataset": "dpt3-jri9"}),
        ("https://a.b/arcgis/rest/services/X/FeatureServer/0", {"kind": "arcgis", "url": "https://a.b/arcgis/rest/services/X/FeatureServer/0"}),
        ("https://data.boston.gov/dataset/shootings/resource/73c7e069-701f-4910-986d-b950f46c91a1", {"kind": "ckan", "url": "https://data.boston.gov", "resource": "73c7e069-701f-4910-986d-b950f46c91a1"}),
        ("https://phl.carto.com/api/v2/sql?table=shootings", {"kind": "carto", "url": "https://phl.carto.com/api/v2/sql", "table": "shootings"}),
    ],
)  # fmt: skip
def test_a_portal_is_known_by_its_address(url: str, connector: dict[str, str]) -> None:
    assert guess_connector(url) == connector


def test_an_unknown_address_says_what_is_known() -> None:
    with pytest.raises(ConfigurationError, match="FeatureServer"):
        guess_connector("https://example.org/data.html")


SPRINGFIELD = b"""case_no,victim_no,when_it_was,age,fatal
S-101,1,03/04/2026 22:15,24,N
S-101,2,03/04/2026 22:15,31,Y
S-102,1,03/19/2026 01:40,17,N
"""


def drafted(folder: Path, data: bytes) -> tuple[str, dict[str, Any]]:
    """The draft of a file of shooting victims: its text, and its one record."""
    file = folder / "sample.csv"
    file.write_bytes(data)
    text = draft(sample_file(file, "us_test/shooting"), CONTRACTS, "shooting_victim")
    return text, yaml.safe_load(text)["layouts"][0]["records"][0]


def test_two_numbers_together_are_a_key_and_an_age_never_is(tmp_path: Path) -> None:
    text, record = drafted(tmp_path, SPRINGFIELD)
    assert record["key"] == {"columns": ["case_no", "victim_no"]}
    assert record["map"]["occurred_at"] == {"from": "when_it_was", "parse": "%m/%d/%Y %H:%M"}
    assert "# TODO" in next(line for line in text.splitlines() if "key:" in line)


def test_without_any_number_identical_rows_are_records_of_their_own(tmp_path: Path) -> None:
    _, record = drafted(tmp_path, b"day,age,fatal\n2026-01-01,20,Y\n2026-01-02,21,N\n")
    assert record["key"]["ordinal"] is True
