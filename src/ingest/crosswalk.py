"""What people decide about recorded values: which standard code a value means. Kept in the ledger, with who and why."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from governance.decisions import Asked
from governance.decisions import decide as record
from ingest import tables as t
from ingest.errors import WrongState
from ingest.ledger import engine, transaction
from settings import Settings

EVERY_FEED = "*"
_KIND = "crosswalk"


@dataclass(frozen=True)
class CrosswalkDecision:
    """The newest decision about one recorded value; ``code`` is None where no code of the list fits."""

    decision_id: int
    terminology_id: str
    feed_id: str
    source_value: str
    code: str | None
    who: str
    why: str


def decide(
    settings: Settings, terminology_id: str, feed_id: str, source_value: str, code: str | None, who: str, why: str
) -> int:
    """Write down that a recorded value of a feed (or of every feed, ``*``) means a code; returns the decision's number.

    Raises:
        WrongDecision: who or why is empty.
    """
    return _write(settings, terminology_id, feed_id, source_value, who, why, {"code": code, "revoked": False})


def revoke(settings: Settings, terminology_id: str, feed_id: str, source_value: str, who: str, why: str) -> int:
    """Take back what was decided about a value; rules map it again. Returns the number of this decision.

    Raises:
        WrongState: nothing was decided about it, or WrongDecision: who or why is empty.
    """
    wanted = (terminology_id, feed_id, source_value.lower())
    if wanted not in {(d.terminology_id, d.feed_id, d.source_value.lower()) for d in decisions(settings)}:
        raise WrongState(
            "not_decided",
            f"Nothing was decided about {source_value!r} of {feed_id} ({terminology_id}); "
            "`nnsc crosswalk decisions` lists what was.",
        )
    return _write(settings, terminology_id, feed_id, source_value, who, why, {"code": None, "revoked": True})


def decisions(settings: Settings) -> list[CrosswalkDecision]:
    """The decisions that hold, newest per terminology, feed and value (whatever its case), sorted."""
    if not _has_ledger(settings):
        return []
    query = (
        sa.select(t.decision)
        .where(t.decision.c.kind == _KIND, t.decision.c.is_effective)
        .order_by(t.decision.c.decision_id)
    )
    with engine(settings).connect() as connection:
        rows = connection.execute(query).fetchall()
    newest: dict[tuple[str, str, str], Any] = {}
    for row in rows:
        detail = row.detail
        newest[(detail["terminology_id"], detail["feed_id"], detail["source_value"].lower())] = row
    return [_decision(newest[key]) for key in sorted(newest) if not newest[key].detail["revoked"]]


def _decision(row: Any) -> CrosswalkDecision:
    detail = row.detail
    return CrosswalkDecision(
        row.decision_id, detail["terminology_id"], detail["feed_id"], detail["source_value"], detail["code"],
        row.who, row.why,
    )  # fmt: skip


def _write(
    settings: Settings,
    terminology_id: str,
    feed_id: str,
    source_value: str,
    who: str,
    why: str,
    outcome: dict[str, Any],
) -> int:
    detail = {"terminology_id": terminology_id, "feed_id": feed_id, "source_value": source_value, **outcome}
    asked = Asked(_KIND, f"{terminology_id}|{feed_id}"[:160], who, why, {"source_value": source_value}, detail)
    with transaction(settings) as connection:
        return record(connection, settings, asked).decision_id


def _has_ledger(settings: Settings) -> bool:
    """False in an installation that took in nothing yet: asking must not create a ledger."""
    url = settings.ledger_url
    return not url.startswith("sqlite:///") or Path(url.removeprefix("sqlite:///")).is_file()
