"""Receipts: what the agency gets back."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from ingest.api import drain, fetch
from ingest.receipts import MASK
from settings import Settings
from support.world import ARREST, drop, rows, write_feed

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
    with (folder / "rejected.csv").open() as handle:
        found = list(csv.DictReader(handle))
    assert {(r["row"], r["column"]) for r in found} == {("31", "arrestee_age"), ("31", "arrestee_birth_date")}
    page = (folder / "receipt.html").read_text()
    assert "Your file was taken in." in page
    assert "row 31: 224" in page


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


def test_nothing_but_the_owner_can_enter_where_names_lie(settings: Settings) -> None:
    write_feed(settings)
    receipt(settings)
    for name in ("landing", "lake", "outbox", "ledger", "secret"):
        assert (settings.home / name).stat().st_mode & 0o077 == 0, name
