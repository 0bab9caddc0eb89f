"""Receipts: what the agency gets back."""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from feeds.catalogue import load_feed
from feeds.contracts import load_contracts
from ingest.api import current_records, drain, fetch, outcomes, replay
from ingest.checking import check_file
from ingest.quarantine import records
from ingest.receipts.guide import columns, drop_guide
from ingest.receipts.page import as_text
from ingest.receipts.problems import MASK
from ingest.receipts.wording import wording
from ingest.rules import build_rules
from settings import Settings, load_settings
from support.world import ARREST, JURISDICTION, drop, rows, write_feed

CONTRACTS = load_contracts(load_settings().contracts)

FEED = "us_test/arrest"
DATA = rows(*(f"A{i},2024-12-01,30" for i in range(30)), "A90,2024-12-01,224,01/01/1990,S-7788")


def receipt(settings: Settings) -> Path:
    drop(settings, "drop.csv", DATA)
    fetch(settings, FEED)
    delivery = drain(settings, FEED).deliveries[0].delivery_id
    return settings.home / "outbox" / FEED / delivery


def test_counts_columns_rows_and_values(settings: Settings) -> None:
    write_feed(settings)
    folder = receipt(settings)
    told = json.loads((folder / "receipt.json").read_text())
    assert (told["state"], told["rows"], told["accepted"], told["quarantined"], told["inserted"]) == (
        "applied",
        31,
        30,
        1,
        30,
    )
    ages = [p for p in told["problems"] if p["column"] == "arrestee_age"]
    assert [(p["count"], p["examples"]) for p in ages] == [(1, [{"row": 31, "value": "224"}])]
    with (folder / "rejected.csv").open(encoding="utf-8-sig", newline="") as handle:
        found = list(csv.DictReader(handle))
    assert list(found[0]) == ["arrest_no", "day", "age", "born", "sid", "area", "note", "nnsc_reasons"]
    assert [(r["day"], r["age"], r["arrest_no"], r["born"], r["sid"]) for r in found] == [
        ("2024-12-01", "224", MASK, MASK, MASK)
    ]
    assert found[0]["nnsc_reasons"].startswith("row 31: age: The value must lie between 0 and 120.")
    assert "born: The value cannot be understood." in found[0]["nnsc_reasons"]
    page = (folder / "receipt.html").read_text()
    assert "Your file was taken in, except for the rows below." in page
    assert "row 31: 224" in page
    assert "The value cannot be understood. It is written like this: YYYY-MM-DD." in page


@pytest.mark.parametrize(("outbox", "shown"), [("masked", MASK), ("restricted", "01/01/1990")])
def test_identifiers_are_masked_unless_the_outbox_is_restricted(settings: Settings, outbox: str, shown: str) -> None:
    write_feed(settings, text=ARREST.replace("publisher: tests", f"publisher: tests\noutbox: {outbox}"))
    folder = receipt(settings)
    born = [
        p for p in json.loads((folder / "receipt.json").read_text())["problems"] if p["column"] == "arrestee_birth_date"
    ]
    assert born[0]["examples"] == [{"row": 31, "value": shown}]
    for name in ("receipt.json", "receipt.html", "rejected.csv"):
        assert ("01/01/1990" in (folder / name).read_text()) == (outbox == "restricted")


def test_a_refused_file_says_why_and_what_to_do(settings: Settings) -> None:
    write_feed(settings)
    drop(settings, "empty.csv", b"")
    fetch(settings, FEED)
    outcome = drain(settings, FEED).deliveries[0]
    page = (settings.home / "outbox" / FEED / outcome.delivery_id / "receipt.html").read_text()
    assert "Please send it again" in page
    assert "The file is empty (0 bytes)." in page


def test_a_held_file_names_the_columns_and_leaves_the_yaml_to_those_who_edit_it(settings: Settings) -> None:
    write_feed(settings)
    (settings.jurisdictions / "us_test" / "jurisdiction.yml").write_text(JURISDICTION + "locale: es_MX\n")
    drop(settings, "drop.csv", rows("A1,2024-12-01,30").replace("born", "date_of_birth"))
    fetch(settings, FEED)
    outcome = drain(settings, FEED).deliveries[0]
    page = (settings.home / "outbox" / FEED / outcome.delivery_id / "receipt.html").read_text()
    assert "Columnas que faltan: <b>born</b>" in page
    assert "Columnas que no conocemos: <b>date_of_birth</b>" in page
    assert "pregunte a la persona que recibe aquí sus archivos" in page
    assert not re.search(r"\.yml|layouts|<pre|nnsc held", page)
    english = (settings.home / "outbox" / FEED / outcome.delivery_id / "receipt.en.html").read_text()
    assert "ask the person who receives your files here" in english
    assert ".yml" not in english
    shown = str(outcome.message)
    layouts = yaml.safe_load(shown[shown.index("  - name: ") :])
    assert [layout["name"] for layout in layouts] == ["1, changed"]
    tried = check_file(settings, FEED, settings.buckets / FEED / "drop.csv")
    assert (tried["missing_headings"], tried["new_headings"]) == (["born"], ["date_of_birth"])
    assert str(outcome.message) in as_text(load_feed(settings, FEED), tried, "en")


SHOOTING = """
description: shootings of a test agency
publisher: tests
verified: written for tests
timezone: America/Chicago
connector: {kind: bucket, path: us_test/shooting, pattern: "*.csv"}
reader: {kind: delimited}
delivery: {mode: full}
layouts:
  - name: "1"
    records:
      - kind: shooting_incident
        key: {columns: [case_no]}
        map:
          incident_id: case_no
          occurred_at: {from: occurred, parse: "%m/%d/%Y %H:%M"}
"""


def test_days_with_a_clock_time_are_shown_as_the_clock_of_the_place_showed_them(settings: Settings) -> None:
    missing = [c for c in CONTRACTS["shooting_incident"].columns if c not in ("incident_id", "occurred_at")]
    feed_id = write_feed(settings, "us_test/shooting", f"{SHOOTING}        not_supplied: [{', '.join(missing)}]\n")
    file = settings.jurisdictions / "shooting.csv"
    file.write_text("case_no,occurred\nS1,03/04/2096 22:15\nS2,07/04/1026 22:15\nS3,03/04/2020 22:15\n")
    told = check_file(settings, feed_id, file, datetime(2026, 11, 30, 6, 3, 37, 50610, UTC))
    (problem,) = told["problems"]
    assert [e["value"] for e in problem["examples"]] == ["2096-03-04 22:15", "1026-07-04 22:15"]
    assert problem["sentence"].startswith("The value must lie between 1950-01-01 and 2026-11-30 00:03.")


def test_the_text_of_a_receipt_has_a_line_for_each_thing(settings: Settings, tmp_path: Path) -> None:
    feed = load_feed(settings, write_feed(settings))
    (tmp_path / "drop.csv").write_text(DATA)
    lines = as_text(feed, check_file(settings, FEED, tmp_path / "drop.csv"), "en").splitlines()
    assert lines[1:3] == [
        "Your file was taken in, except for the rows below.",
        "        31  Rows received",
    ]
    assert "      row 31: 224" in lines
    (tmp_path / "empty.csv").write_text("")
    lines = as_text(feed, check_file(settings, FEED, tmp_path / "empty.csv"), "en").splitlines()
    assert lines[1:] == [
        "Your file could not be read. Please send it again. The file is empty.",
        "",
        "For the data team:",
        "The file is empty (0 bytes).",
    ]


@pytest.mark.parametrize(("language", "says"), [("en", "choose Save As and CSV"), ("es", "elija Guardar como y CSV")])
def test_a_workbook_named_csv_is_called_a_workbook(
    settings: Settings, tmp_path: Path, language: str, says: str
) -> None:
    from openpyxl import Workbook

    feed = load_feed(settings, write_feed(settings))
    Workbook().save(tmp_path / "drop.csv")
    told = check_file(settings, FEED, tmp_path / "drop.csv")
    assert (told["state"], told["reason"]) == ("refused", "workbook")
    assert "reader: {kind: excel}" in told["message"]
    assert says in as_text(feed, told, language)


def test_bounds_on_days_and_lengths_are_told_in_plain_words() -> None:
    rules = build_rules(CONTRACTS["group_roster"], [], [], datetime(2025, 1, 1, tzinfo=UTC), ZoneInfo("UTC"))
    for language, wanted in {
        "en": [
            "The day must be at least 12 years after member_birth_date.",
            "The day must be at most 1 year after reviewed_on (or valid_from).",
            "The day must be no earlier than valid_from.",
            "The day must be at least 1 day after valid_from.",
            "The value must have at least 20 characters.",
        ],
        "es": [
            "La fecha debe ser al menos 12 años posterior a member_birth_date.",
            "La fecha debe ser como mucho 1 año posterior a reviewed_on (o a valid_from).",
            "La fecha no debe ser anterior a valid_from.",
            "La fecha debe ser al menos 1 día posterior a valid_from.",
            "El valor debe tener al menos 20 caracteres.",
        ],
    }.items():
        told = " ".join(wording(language).sentence(rule.name, rule.sentence) for rule in rules)
        assert [sentence for sentence in wanted if sentence not in told] == []
        assert not re.search(r"\b0 days|2147483648|None", told)
    late = "The value must lie between None and 2026-11-30 00:03."
    assert wording("en").sentence("x", late) == "The value must not be later than 2026-11-30 00:03."
    assert wording("es").sentence("x", late) == "La fecha no debe ser posterior a 2026-11-30 00:03."


def test_nothing_but_the_owner_can_enter_where_names_lie(settings: Settings) -> None:
    write_feed(settings)
    receipt(settings)
    for name in ("landing", "lake", "outbox", "ledger", "secret"):
        assert (settings.home / name).stat().st_mode & 0o077 == 0, name


def corrected(folder: Path, *edits: tuple[str, str]) -> str:
    """``rejected.csv`` after a clerk edited it in a spreadsheet: other separator, other line ends, no quotes."""
    with (folder / "rejected.csv").open(encoding="utf-8-sig", newline="") as handle:
        lines = list(csv.reader(handle))
    text = "".join(";".join(line) + "\n" for line in lines)
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return text


def plain(settings: Settings) -> list[tuple[Any, ...]]:
    found = current_records(settings, FEED, "arrest")
    return sorted((r["arrest_id"], r["arrestee_age"], str(r["arrestee_birth_date"]), r["arrestee_sid"]) for r in found)


@pytest.mark.parametrize("outbox", ["masked", "restricted"])
@pytest.mark.parametrize("mode", ["full", "append", "window"])
def test_the_rejected_rows_sent_back_corrected_are_taken_in(settings: Settings, outbox: str, mode: str) -> None:
    text = ARREST.replace("publisher: tests", f"publisher: tests\noutbox: {outbox}")
    window = "mode: window, window_column: arrested_on"
    write_feed(settings, text=text.replace("mode: full", window if mode == "window" else f"mode: {mode}"))
    folder = receipt(settings)
    before = plain(settings)
    assert len(before) == 30
    edits = [(";224;", ";22;")] + (
        [(";***;***;", ";1990-01-01;***;")] if outbox == "masked" else [("01/01/1990", "1990-01-01")]
    )
    drop(settings, "rejected (1).csv", corrected(folder, *edits))
    fetch(settings, FEED)
    outcome = drain(settings, FEED).deliveries[0]
    assert (outcome.state, outcome.quarantined, outcome.inserted, outcome.updated, outcome.deleted) == (
        "applied",
        0,
        1,
        0,
        0,
    )
    assert plain(settings) == sorted([*before, ("A90", 22, "1990-01-01", "S-7788")])
    first = outcomes(settings, FEED)[0].delivery_id
    assert [r.closed_by for r in records(settings, first)] == [outcome.delivery_id]
    page = (settings.home / "outbox" / FEED / outcome.delivery_id / "receipt.html").read_text()
    assert "Your corrections were taken in." in page
    replay(settings, FEED)
    assert plain(settings) == sorted([*before, ("A90", 22, "1990-01-01", "S-7788")])


def test_a_correction_of_a_correction_and_one_that_comes_too_late(settings: Settings) -> None:
    write_feed(settings)
    folder = receipt(settings)
    late = corrected(folder, (";224;", ";33;"), (";***;***;", ";1990-01-01;***;"))
    drop(settings, "back1.csv", corrected(folder, (";224;", ";22;")))
    fetch(settings, FEED)
    half = drain(settings, FEED).deliveries[0]
    assert (half.state, half.quarantined) == ("applied", 1)
    second = settings.home / "outbox" / FEED / half.delivery_id
    drop(settings, "back2.csv", corrected(second, (";***;***;", ";1990-01-01;***;")))
    fetch(settings, FEED)
    assert drain(settings, FEED).deliveries[0].inserted == 1
    assert ("A90", 22, "1990-01-01", "S-7788") in plain(settings)
    drop(settings, "new.csv", DATA.replace("A90", "A91").replace("224", "44").replace("01/01/1990", ""))
    fetch(settings, FEED)
    assert drain(settings, FEED).deliveries[0].state == "applied"
    drop(settings, "back3.csv", late)
    fetch(settings, FEED)
    outcome = drain(settings, FEED).deliveries[0]
    assert (outcome.state, outcome.reason) == ("held", "stale_correction")
    assert ("A91", 44, "None", "S-7788") in plain(settings)


def test_a_returned_file_without_its_references_is_held_and_says_what_to_do(settings: Settings) -> None:
    write_feed(settings)
    folder = receipt(settings)
    broken = re.sub(r"\[[0-9a-f]{12}:\d+\]", "", corrected(folder))
    drop(settings, "back.csv", broken)
    fetch(settings, FEED)
    outcome = drain(settings, FEED).deliveries[0]
    assert (outcome.state, outcome.reason) == ("held", "correction_unclear")


def test_ragged_rows_come_back_whole(settings: Settings) -> None:
    write_feed(settings, text=ARREST.replace("publisher: tests", "publisher: tests\noutbox: restricted"))
    drop(settings, "drop.csv", rows("A1,2024-12-01,30") + "A2,2024-12-02\n")
    fetch(settings, FEED)
    folder = settings.home / "outbox" / FEED / drain(settings, FEED).deliveries[0].delivery_id
    drop(settings, "back.csv", corrected(folder, ("A2;2024-12-02;;", "A2;2024-12-02;41;")))
    fetch(settings, FEED)
    assert drain(settings, FEED).deliveries[0].inserted == 1
    assert [(r[0], r[1]) for r in plain(settings)] == [("A1", 30), ("A2", 41)]


def test_both_languages_say_the_same_things(settings: Settings) -> None:
    def keys(texts: dict[str, Any], skip: tuple[str, ...] = ("sentences", "reasons")) -> set[str]:
        found = set(texts)
        for name, value in texts.items():
            if isinstance(value, dict) and name not in skip:
                found |= {f"{name}.{key}" for key in value}
        return found

    assert keys(wording("en").texts) == keys(wording("es").texts)
    write_feed(settings)
    (settings.jurisdictions / "us_test" / "jurisdiction.yml").write_text(JURISDICTION + "locale: es_MX\n")
    folder = receipt(settings)
    spanish, english = ((folder / name).read_text() for name in ("receipt.html", "receipt.en.html"))
    assert "fila 31: 224" in spanish
    assert "El valor debe estar entre 0 y 120. (nadie tiene menos de 0 ni más de 120 años)" in spanish
    assert "El valor no se entiende. Se escribe así: AAAA-MM-DD." in spanish
    assert "row 31: 224" in english
    assert not re.search(
        r"\b(The|value|must|rows?|file)\b", re.sub(r"(?s)<style>.*?</style>|<[^>]*>|This page in English", "", spanish)
    )


@pytest.mark.parametrize("kind", sorted(CONTRACTS))
def test_every_rule_of_every_kind_is_told_in_spanish(kind: str) -> None:
    """Sentence and reason; the names of columns are those of the contract, which the form shows beside."""
    spanish = wording("es")
    rules = build_rules(CONTRACTS[kind], [], [], datetime(2025, 1, 1, tzinfo=UTC), ZoneInfo("UTC"))
    for rule in rules:
        told = spanish.sentence(rule.name, rule.sentence)
        assert not re.search(r"\b(The|must|lies|years after|days after|required|value)\b", told), rule.sentence
        english = re.fullmatch(r"(?s).*?\. \((.*)\)", rule.sentence)
        assert english is None or english[1] in spanish.texts["reasons"], rule.sentence


def test_warnings_are_kept_counted_and_shown(settings: Settings) -> None:
    rule = "{type: expect_column_values_to_be_between, column: arrestee_age, max_value: 90, severity: warn, reason: seldom}"
    write_feed(settings, text=f"{ARREST}\nexpectations:\n  - {rule}\n")
    drop(settings, "drop.csv", rows("A1,2024-12-01,91", "A2,2024-12-01,92", "A3,2024-12-01,30", "A4,2024-12-01,300"))
    fetch(settings, FEED)
    outcome = drain(settings, FEED).deliveries[0]
    assert outcome.accepted == 3
    told = json.loads((settings.home / "outbox" / FEED / outcome.delivery_id / "receipt.json").read_text())
    assert [(p["severity"], p["count"], p["headings"], p["examples"]) for p in told["problems"]] == [
        ("must", 1, ["age"], [{"row": 4, "value": "300"}]),
        ("warn", 2, ["age"], [{"row": 1, "value": "91"}, {"row": 2, "value": "92"}]),
    ], "row 4 was not used: it does not stand among those that were"


def state_of(settings: Settings) -> dict[str, tuple[int, bytes]]:
    """Every file of the installation."""
    files = [path for path in settings.home.rglob("*") if path.is_file() and not path.name.endswith(("-wal", "-shm"))]
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def test_check_tells_what_the_delivery_is_told_and_touches_nothing(settings: Settings, tmp_path: Path) -> None:
    write_feed(settings)
    trial = tmp_path / "drop.csv"
    trial.write_text(DATA)
    early = check_file(settings, FEED, trial)
    assert not settings.home.exists()
    told = json.loads((receipt(settings) / "receipt.json").read_text())
    before = state_of(settings)
    checked = check_file(settings, FEED, trial)
    few = tmp_path / "few.csv"
    few.write_text(rows("A1,2024-12-01,30"))
    assert (check_file(settings, FEED, few)["state"], check_file(settings, FEED, few)["reason"]) == (
        "held",
        "row_floor",
    )
    assert state_of(settings) == before
    for name in ("state", "rows", "accepted", "quarantined", "problems", "kinds"):
        assert checked[name] == told[name] == early[name], name


def test_the_drop_guide_names_every_column_once_and_what_must_be_filled_in(settings: Settings) -> None:
    feed = load_feed(settings, write_feed(settings))
    found = {column.heading: column for column in columns(feed, feed.spec.layouts[0], wording("en"))}
    assert list(found) == ["arrest_no", "day", "age", "born", "sid", "area"]
    assert [name for name, column in found.items() if column.required] == ["arrest_no", "day"]
    assert found["day"].form == "YYYY-MM-DD / MM/DD/YYYY"
    page = drop_guide(feed, "es")
    assert "us_test/arrest" in page
    assert "Cómo enviarnos" in page
