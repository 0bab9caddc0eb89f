"""Secrets of feeds through real tasks: from Airflow's connections into the requests, and nowhere else."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.api import outcomes
from settings import Settings
from simulator.portal.server import Portal, running_portal
from simulator.portal.tables import Faults, Table
from support.airflow_home import run_dag
from support.world import ARREST, write_feed

pytestmark = pytest.mark.usefixtures("airflow_db")

TOKEN = "t0ken/that+is=never&shown"
ROWS = [{"arrest_no": f"a{n}", "day": "2024-01-01", "age": str(20 + n)} for n in range(30)]


@pytest.fixture
def portal() -> Iterator[Portal]:
    with running_portal() as portal:
        columns = dict.fromkeys(("arrest_no", "day", "age", "born", "sid", "area", "note"), "text")
        portal.tables["arrests"] = Table(columns, list(ROWS))
        portal.faults = Faults(needs_token=TOKEN)
        yield portal


@pytest.fixture
def feed(installation: Settings, portal: Portal) -> Settings:
    usual = '{kind: bucket, path: us_test/arrest, pattern: "*.csv", settle_seconds: 0}'
    assert usual in ARREST
    ours = f"{{kind: socrata, connection: test_portal, url: '{portal.url}/socrata', dataset: arrests, page_size: 10, backoff_seconds: 0, attempts: 2}}"
    write_feed(installation, text=ARREST.replace(usual, ours))
    return installation


def states(run: Any) -> dict[str, str]:
    return {task.task_id: str(task.state) for task in run.get_task_instances()}


def holding(*folders: Path) -> list[Path]:
    """Files that hold the token, as it is or percent-encoded."""
    texts = [TOKEN.encode(), b"t0ken%2Fthat"]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    return [file for file in files if any(text in file.read_bytes() for text in texts)]


def test_a_connection_of_the_environment(
    feed: Settings, portal: Portal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("AIRFLOW_CONN_TEST_PORTAL", "http://:t0ken%2Fthat%2Bis%3Dnever%26shown@portal")
    assert states(run_dag("feed__us_test__arrest")) == {"fetch": "success", "ingest": "success", "verdict": "success"}
    assert [(o.state, o.accepted) for o in outcomes(feed)] == [("applied", 30)]
    portal.faults.error_every = 1  # a portal that repeats the request's headers in its error
    portal.tables["arrests"].replace(list(ROWS))
    assert states(run_dag("feed__us_test__arrest", retries=False))["fetch"] == "failed"
    said = caplog.text + "".join(capfd.readouterr())
    assert "query.soql.timeout" in said, "the portal's words are told"
    assert TOKEN not in said
    assert not holding(feed.home, Path(os.environ["AIRFLOW_HOME"]))


def test_a_connection_of_airflows_database(feed: Settings) -> None:
    from airflow.models.connection import Connection
    from airflow.utils.session import create_session

    with create_session() as session:
        session.add(Connection(conn_id="test_portal", conn_type="http", password=TOKEN))
    try:
        assert states(run_dag("feed__us_test__arrest"))["ingest"] == "success"
    finally:
        with create_session() as session:
            session.query(Connection).delete()
    assert [(o.state, o.accepted) for o in outcomes(feed)] == [("applied", 30)]
    assert not holding(feed.home)


@pytest.mark.parametrize("text", [None, "http://://:t0ken%2Fthat://x", '{"password": "t0ken%2Fthat'])
def test_a_connection_that_is_missing_or_broken_fails_at_once_and_shows_nothing(
    feed: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str], text: str | None,
) -> None:  # fmt: skip
    if text:
        monkeypatch.setenv("AIRFLOW_CONN_TEST_PORTAL", text)
    assert states(run_dag("feed__us_test__arrest"))["fetch"] == "failed"
    said = caplog.text + "".join(capfd.readouterr())
    assert "no_connection: Airflow knows no connection 'test_portal'" in said
    assert "t0ken" not in said
