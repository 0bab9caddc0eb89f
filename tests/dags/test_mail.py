"""Receipts and reminders through Airflow's SMTP hook to a real server: each once, no values in them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from ingest.api import drain, fetch
from ingest.mailing import due, overdue
from settings import Settings
from support.mail import smtp_server
from support.world import ARREST, JURISDICTION, drop, rows, write_feed

NOTIFY = ARREST.replace(
    "verified: written for tests",
    "verified: written for tests\nfreshness: {warn_after: 48h, error_after: 7d}\nnotify: [records@agency.example]",
)


def taken_in(settings: Settings) -> None:
    write_feed(settings, text=NOTIFY)
    (settings.jurisdictions / "us_test" / "jurisdiction.yml").write_text(JURISDICTION + "locale: es_MX\n")
    drop(settings, "drop.csv", rows(*(f"A{n},2024-12-01,30" for n in range(20)), "A90,2024-12-01,224,,S-7788"))
    fetch(settings, "us_test/arrest")
    drain(settings, "us_test/arrest")


def send() -> int:
    from nnsc_airflow.mail_tasks import SendMails

    return SendMails(task_id="send").execute({})  # type: ignore[typeddict-item]


def test_a_receipt_is_mailed_once_and_again_after_refusals(
    installation: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken_in(installation)
    with smtp_server(refusals=6) as (inbox, connection):
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", connection)
        with pytest.raises(Exception, match="451"):  # the hook itself tries six times
            send()
        assert (inbox.messages, len(due(installation))) == ([], 1)
        assert send() == 1
        assert send() == 0
        assert inbox.subjects() == ["Acuse de recibo de drop.csv"]
        assert inbox.messages[0]["To"] == "records@agency.example"
        body = inbox.bodies()[0]
    assert "fila 21" in body
    assert not re.search(r"\b(224|S-7788|A90)\b", body)  # as words: a delivery's number is made of digits, too


def test_without_a_connection_mails_stay_due(installation: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    taken_in(installation)
    monkeypatch.delenv("AIRFLOW_CONN_SMTP_DEFAULT", raising=False)
    with pytest.raises(AirflowSkipException, match="smtp_default"):
        send()
    assert len(due(installation)) == 1


def test_an_overdue_delivery_is_reminded_of_once_and_once_more_when_it_is_too_late(
    installation: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken_in(installation)
    start = installation.now()
    with smtp_server() as (inbox, connection):
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", connection)
        told = []
        for hours in (1, 49, 72, 24 * 8, 24 * 9):
            clock = start + timedelta(hours=hours)
            monkeypatch.setenv("NNSC_CLOCK", clock.isoformat())
            told.append(send())
            late = overdue(installation.model_copy(update={"clock": clock}))
            assert [o.is_error for o in late] == ([] if hours < 48 else [hours > 168])
        assert told == [1, 1, 0, 1, 0]
        assert inbox.subjects()[1:] == ["Recordatorio: arrests of a test agency"] * 2
