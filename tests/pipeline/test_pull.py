"""Pulls through the whole of ingest: killed for real at every page, resumed, incremental, and silent about secrets."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.credentials import Credentials
from connectors.errors import ConfigurationError, RetriableError
from ingest.api import current_records, drain, fetch, outcomes
from ingest.gx import session
from settings import Settings
from simulator.portal.server import Portal, running_portal
from simulator.portal.tables import Faults, Table
from support.world import PERSON, settings_in, write_feed

FEED = "us_test/arrest"
TOKEN = "t0ken/that+is=never&shown"


def feed_text(portal: Portal, connector: str, mode: str = "full") -> str:
    return f"""
description: arrests of a test portal
publisher: tests
verified: written for tests
connector: {{{connector}, backoff_seconds: 0.001, page_size: 10}}
delivery: {{mode: {mode}}}
layouts:
  - name: "1"
    ignore: {{row numbers of the portal: [OBJECTID, cartodb_id]}}
    records:
      - kind: arrest
        key: {{columns: [arrest_no]}}
        map: {{arrest_id: arrest_no, arrested_on: {{from: day, parse: "%Y-%m-%d"}}, arrestee_age: {{from: age, parse: integer}}, area_id: area}}
        not_supplied: [incident_id, arrested_at, precinct_id, beat_id, location_text, latitude, longitude, arrestee_birth_date, arrestee_sid, {PERSON}]
"""


CONNECTORS = {
    "socrata": 'kind: socrata, url: "{url}/socrata", dataset: tbl1',
    "arcgis": 'kind: arcgis, url: "{url}/arcgis/rest/services/tbl1/FeatureServer/0"',
    "ckan": 'kind: ckan, url: "{url}/ckan", resource: tbl1',
    "carto": 'kind: carto, url: "{url}/carto/api/v2/sql", table: tbl1',
}


def arrests(count: int, area: str | None = "north") -> list[dict[str, object]]:
    return [
        {
            "arrest_no": f"A{n:04}",
            "day": f"2026-01-{1 + n % 28:02}",
            "age": None if n % 5 == 0 else 20 + n % 40,
            "area": area,
        }
        for n in range(count)
    ]


@pytest.fixture
def portal() -> Iterator[Portal]:
    with running_portal() as running:
        columns = {"arrest_no": "text", "day": "text", "age": "number", "area": "text"}
        running.tables["tbl1"] = Table(columns, arrests(95))
        yield running


def world(folder: Path, portal: Portal, kind: str, mode: str = "full", more: str = "") -> Settings:
    settings = settings_in(folder)
    write_feed(settings, text=feed_text(portal, CONNECTORS[kind].format(url=portal.url) + more, mode))
    return settings


def ages(settings: Settings) -> dict[str, object]:
    return {row["arrest_id"]: row["arrestee_age"] for row in current_records(settings, FEED, "arrest")}


TRUTH = {row["arrest_no"]: row["age"] for row in arrests(95)}


@pytest.mark.parametrize("kind", CONNECTORS)
@pytest.mark.parametrize("page", [1, 5, 10])
def test_killed_while_a_page_is_asked_for(tmp_path: Path, portal: Portal, kind: str, page: int) -> None:
    settings = world(tmp_path, portal, kind)
    session()
    child: list[int] = []

    def kill(number: int) -> None:
        if number == page and child:
            os.kill(child[0], signal.SIGKILL)

    portal.faults.on_page = kill
    begin, go = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.read(begin, 1)
        try:
            fetch(settings, FEED)
        finally:
            os._exit(9)
    child.append(pid)
    os.write(go, b"x")
    assert os.WTERMSIG(os.waitpid(pid, 0)[1]) == signal.SIGKILL
    portal.faults.on_page, before = None, portal.pages
    assert outcomes(settings, FEED) == []
    fetched = fetch(settings, FEED)
    assert len(fetched.delivery_ids) == 1
    assert portal.pages - before == 10 - (page - 1)
    drain(settings, FEED)
    assert ages(settings) == TRUTH
    assert not (settings.home / "spool" / FEED / "pages").exists()


def test_a_second_process_does_not_disturb_a_pull(tmp_path: Path, portal: Portal) -> None:
    settings = world(tmp_path, portal, "socrata")
    seen: list[str] = []

    def meanwhile(number: int) -> None:
        if number == 3:
            pid = os.fork()
            if pid == 0:
                try:
                    fetch(settings, FEED)
                except RetriableError as error:
                    os._exit(7 if error.code == "pull_running" else 8)
                os._exit(9)
            seen.append(str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])))

    portal.faults.on_page = meanwhile
    fetch(settings, FEED)
    assert seen == ["7"]


def test_only_changes_are_asked_for_and_nothing_when_there_are_none(tmp_path: Path, portal: Portal) -> None:
    settings = world(tmp_path, portal, "socrata", "append", ", incremental: true, overlap_hours: 1")
    table = portal.tables["tbl1"]
    table.updated = [table.changed - 7200] * 95
    fetch(settings, FEED)
    assert fetch(settings, FEED).delivery_ids == []
    table.changed += 10 * 3600
    table.rows[7] = {**table.rows[7], "age": 99}
    table.updated[7] = table.changed
    fetch(settings, FEED)
    result = drain(settings, FEED)
    assert [(o.rows, o.inserted, o.updated) for o in result.deliveries] == [(95, 95, 0), (1, 0, 1)]
    assert ages(settings) == {**TRUTH, "A0007": 99}


def test_a_republication_with_new_row_ids_changes_nothing(tmp_path: Path, portal: Portal) -> None:
    settings = world(tmp_path, portal, "ckan")
    fetch(settings, FEED)
    portal.tables["tbl1"].replace(arrests(95))
    fetch(settings, FEED)
    assert [(o.inserted, o.updated, o.deleted) for o in drain(settings, FEED).deliveries] == [(95, 0, 0), (0, 0, 0)]


def test_a_revert_is_a_delivery_of_its_own(tmp_path: Path, portal: Portal) -> None:
    settings = world(tmp_path, portal, "socrata")
    for rows in (arrests(95), arrests(94), arrests(95)):
        portal.tables["tbl1"].replace(rows)
        fetch(settings, FEED)
    assert [(o.inserted, o.deleted) for o in drain(settings, FEED).deliveries] == [(95, 0), (0, 1), (1, 0)]


def test_a_column_that_only_later_rows_have_is_there_from_the_first(tmp_path: Path, portal: Portal) -> None:
    portal.tables["tbl1"].replace(
        arrests(60, None) + [{**row, "arrest_no": f"B{n}"} for n, row in enumerate(arrests(5))]
    )
    settings = world(tmp_path, portal, "socrata")
    fetch(settings, FEED)
    assert [(o.state, o.inserted) for o in drain(settings, FEED).deliveries] == [("applied", 65)]


@pytest.mark.parametrize("kind", CONNECTORS)
def test_a_token_is_in_no_file_log_or_error(
    tmp_path: Path, portal: Portal, kind: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    settings = world(tmp_path, portal, kind, more=", connection: portal, attempts: 2")
    portal.faults = Faults(needs_token=TOKEN)
    with pytest.raises(ConfigurationError, match="AIRFLOW_CONN_PORTAL"):
        fetch(settings, FEED)
    monkeypatch.setenv("AIRFLOW_CONN_PORTAL", "http://:t0ken%2Fthat%2Bis%3Dnever%26shown@portal")
    fetch(settings, FEED)
    drain(settings, FEED)
    assert ages(settings) == TRUTH
    portal.faults.error_every = 1
    with pytest.raises(RetriableError) as error:
        fetch(settings, FEED, credentials=lambda name: Credentials(password=TOKEN))
    said = str(error.value) + caplog.text
    kept = b"".join(file.read_bytes() for file in settings.home.rglob("*") if file.is_file())
    assert TOKEN not in said
    assert TOKEN.encode() not in kept
