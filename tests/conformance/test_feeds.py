"""Every feed of a real agency inherits these: its cases are read as the fixtures say, and nothing is left unsaid.

A case lies in ``tests/fixtures/feeds/<jurisdiction>/<feed>/<case>.yml``: the file as it comes, and of each record the
columns that matter. A new feed file without a case for each of its layouts fails here; it needs no test code.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from feeds.catalogue import feed_ids, load_feed
from ingest.api import current_records, drain, fetch
from ingest.inspect import quarantined
from ingest.parse import Request, parse
from settings import Settings, load_settings
from support.world import PROJECT, at

FIXTURES = PROJECT / "tests" / "fixtures" / "feeds"
REAL = [name for name in feed_ids(load_settings()) if not name.startswith("sim_")]
CASES = sorted(path.relative_to(FIXTURES).with_suffix("").as_posix() for path in FIXTURES.rglob("*.yml"))


def read_case(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FIXTURES / f"{name}.yml").read_text())
    return found


@pytest.mark.parametrize("feed_id", REAL)
def test_each_layout_has_a_case(feed_id: str) -> None:
    layouts = {layout.name for layout in load_feed(load_settings(), feed_id).spec.layouts}
    assert {read_case(case)["layout"] for case in CASES if case.startswith(f"{feed_id}/")} == layouts


@pytest.mark.parametrize("feed_id", REAL)
def test_what_is_guessed_is_switched_off(feed_id: str) -> None:
    spec = load_feed(load_settings(), feed_id).spec
    assert spec.enabled != spec.verified.startswith("unverified")
    assert spec.enabled or "probe" in spec.verified


#: Feeds whose every heading was looked at and whose quirks are cases; the others of the catalogue have fewer.
DEEP = (
    "us_ny_nyc/shooting_incident", "us_ny_nyc/shooting_victim", "us_ny_nyc/shooting_offender", "us_ny_nyc/arrest",
    "us_ny_nyc/doc_slashing", "us_ny_nyc/doc_staff_assault", "us_ny_nyc/doc_fights", "us_il_chicago/arrest",
    "us_il_chicago/shooting", "us_il_cook/sentencing", "us_ma_boston/shooting", "us_pa_philadelphia/shooting",
    "us_oh_cincinnati/shooting",
)  # fmt: skip


@pytest.mark.parametrize("feed_id", feed_ids(load_settings()))
def test_what_a_feed_does_not_use_it_gives_a_reason_for(feed_id: str) -> None:
    spec = load_feed(load_settings(), feed_id).spec
    assert spec.enabled or feed_id not in DEEP
    for layout in spec.layouts:
        assert all(len(reason.split()) >= 3 or spec.simulated for reason in layout.ignore), layout.name


@pytest.mark.parametrize("case", CASES)
def test_case(tmp_path: Path, case: str) -> None:
    told, feed_id = read_case(case), case.rpartition("/")[0]
    settings = load_settings(home=tmp_path / "var")
    file = tmp_path / told.get("file_name", "case.csv")
    file.write_text(told["file"])
    fetch(settings, feed_id, [file], None if "file_name" in told else at("2026-11-01"))
    (outcome,) = drain(settings, feed_id).deliveries
    assert (outcome.state, outcome.message) == ("applied", None)
    for kind, records in told["records"].items():
        assert_records(settings, feed_id, kind, records)
    found = [
        {"kind": q.record_kind, "row": q.row_number, "rule": rule}
        for q in quarantined(settings, outcome.delivery_id)
        for rule in q.rules
    ]
    assert found == told.get("quarantined", [])
    kept = b"".join(f.read_bytes() for f in settings.home.rglob("*") if f.is_file() and "landing" not in f.parts)
    assert not [text for text in told.get("absent", []) if text.encode() in kept]
    assert_layout(settings, feed_id, file, told["layout"])


def assert_records(settings: Settings, feed_id: str, kind: str, expected: list[dict[str, Any]]) -> None:
    """Each expected record is matched by one of its own; there are no others."""
    found = [
        {name: as_written(value) for name, value in row.items()} for row in current_records(settings, feed_id, kind)
    ]
    assert len(found) == len(expected), (kind, found)
    left = list(found)
    for record in expected:
        match = [row for row in left if all(row[name] == value for name, value in record.items())]
        assert match, (kind, record, left)
        left.remove(match[0])


def as_written(value: Any) -> Any:
    return str(value) if value is not None and not isinstance(value, str | int | float | bool) else value


def assert_layout(settings: Settings, feed_id: str, file: Path, layout: str) -> None:
    feed = load_feed(settings, feed_id)
    assert parse(settings, Request(feed, file, at("2026-11-01"), "case", file_name=file.name)).layout == layout
