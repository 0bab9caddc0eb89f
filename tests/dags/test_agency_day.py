"""What an agency experiences, in the real Airflow of ``nnsc up``: a drop starts its feed, a person decides, mail goes out."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from ingest.api import outcomes
from settings import Settings
from stack import api
from support.mail import smtp_server
from support.pausing import pause
from support.people_in_airflow import answer
from support.waiting import wait_for
from support.world import ARREST, drop, rows, settings_in, write_feed

pytestmark = pytest.mark.slow

FEED = "us_test/arrest"
DAG = "feed__us_test__arrest"
NOTIFY = ARREST.replace("publisher: tests", "publisher: tests\nnotify: [records@agency.example]")
ROWS = 100_000
#: Waited for at most. The promise (run within 30 s, receipt within 60 s of the drop) is measured and printed: other
#: work on the machine must not fail a test.
PATIENCE = 180.0


def states(settings: Settings) -> list[tuple[str, str]]:
    return [(o.file_name, o.state) for o in outcomes(settings, FEED)]


def test_a_drop_a_hold_a_decision_and_a_mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_in(tmp_path)
    write_feed(settings, text=NOTIFY)
    with smtp_server() as (inbox, connection):
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", connection)
        with api.running(settings) as rest:
            wait_for(lambda: DAG in rest.dag_ids())
            pause(rest, "warehouse")  # a first build takes a minute of both processors, and no one looks at it here
            time.sleep(20)  # let the triggerer take up its triggers: the promise is about a running Airflow
            dropped = time.time()
            drop(settings, "a_first.csv", rows(*(f"a{n},2024-01-01,20" for n in range(ROWS))))
            wait_for(lambda: rest.runs(DAG), PATIENCE)
            started = time.time() - dropped
            assert rest.runs(DAG)[0]["run_type"] == "asset_triggered"
            wait_for(lambda: list((settings.home / "outbox").rglob("receipt.html")), PATIENCE)
            print(f"drop to run {started:.0f} s, to receipt of {ROWS:,} rows {time.time() - dropped:.0f} s")
            wait_for(lambda: states(settings) == [("a_first.csv", "applied")], PATIENCE)
            drop(settings, "b_few.csv", rows("a1,2024-01-02,20"))
            wait_for(lambda: ("b_few.csv", "held") in states(settings), 120)
            run_id = rest.trigger("stewardship")
            asked = answer(rest, "stewardship", run_id, "Release", {"why": "the year is over"})
            assert "b_few.csv is held (row_floor)" in asked["subject"]
            assert "receipt.html" in asked["body"]
            wait_for(lambda: states(settings) == [("a_first.csv", "applied"), ("b_few.csv", "applied")], 180)
            rest.trigger("mail")
            wait_for(lambda: len(inbox.messages) >= 2, 120)
            rest.trigger("data_docs")
            index = settings.home / "data_docs" / "index.html"
            wait_for(index.is_file, 120)
            links = re.findall(r'href="([^"]+)"', index.read_text())
            assert len(links) == 2, "a page for each delivery that was judged"
            assert all("arrestee_age" in (index.parent / link).read_text() for link in links)
    assert inbox.subjects()[:2] == ["Receipt for a_first.csv", "Receipt for b_few.csv"]
