"""The history of results: what every rule found in every delivery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from feeds.catalogue import LoadedFeed
from ingest import tables as t
from ingest.batch import Measured
from ingest.ledger import engine, transaction
from ingest.parse import Parsed
from ingest.receipts.problems import Problem, layout_of, with_headings
from settings import Settings


@dataclass(frozen=True)
class Result:
    """What one rule found in one delivery: records that break it (must, warn) or what was measured (batch)."""

    delivery_id: str
    feed_id: str
    known_at: datetime
    record_kind: str
    rule: str
    severity: str
    success: bool
    observed: float | None
    records: int
    low: float | None
    high: float | None


def keep(settings: Settings, delivery_id: str, parsed: Parsed, measured: list[Measured]) -> None:
    """Write the results of a delivery anew, in one transaction."""
    now, rows = settings.now(), []
    for kind, verdict in sorted(parsed.verdict.items()):
        rows += [
            {"record_kind": kind, "rule": v["rule"], "severity": v["severity"], "success": v["success"],
             "observed": v["unexpected_count"], "records": v["element_count"], "low": None, "high": None}
            for v in verdict
        ]  # fmt: skip
    rows += [
        {"record_kind": m.record_kind, "rule": f"batch:{m.rule}", "severity": "batch", "success": m.success,
         "observed": m.observed, "records": m.records, "low": m.low, "high": m.high}
        for m in measured
    ]  # fmt: skip
    with transaction(settings) as connection:
        connection.execute(t.metric.delete().where(t.metric.c.delivery_id == delivery_id))
        if rows:
            told = {"delivery_id": delivery_id, "judged_at": now}
            connection.execute(t.metric.insert(), [{**row, **told} for row in rows])


def results(settings: Settings, feed_id: str | None = None, *, failed: bool = False) -> list[Result]:
    """The kept results, by feed, known-at and rule; ``failed`` leaves out what is as it should be."""
    table, delivery = t.metric, t.delivery
    columns = [
        table.c[name] for name in ("record_kind", "rule", "severity", "success", "observed", "records", "low", "high")
    ]
    query = (
        sa.select(delivery.c.delivery_id, delivery.c.feed_id, delivery.c.known_at, *columns)
        .join(delivery, delivery.c.delivery_id == table.c.delivery_id)
        .order_by(delivery.c.feed_id, delivery.c.known_at, table.c.record_kind, table.c.rule)
    )
    if feed_id is not None:
        query = query.where(delivery.c.feed_id == feed_id)
    if failed:
        query = query.where(~table.c.success)
    with engine(settings).connect() as connection:
        return [Result(**row._asdict()) for row in connection.execute(query)]


def findings(feed: LoadedFeed, parsed: Parsed, measured: list[Measured], known_at: datetime) -> list[dict[str, Any]]:
    """What is unusual, as a receipt tells it."""
    layout = layout_of(feed, parsed.layout)
    found = []
    for m in measured:
        if not m.success:
            named = with_headings(layout, Problem(m.record_kind, 0, 0, m.rule, "batch", m.column, None, ""))
            observed, low, high = _shown(m, known_at)
            found.append({
                "record_kind": m.record_kind, "rule": m.rule, "measure": m.measure, "column": m.column,
                "headings": list(named.headings), "observed": observed, "low": low, "high": high,
            })  # fmt: skip
    return found


def _shown(m: Measured, known_at: datetime) -> tuple[str, str, str]:
    if m.measure == "row_count":
        return tuple(f"{value:,.0f}" if value is not None else "-" for value in (m.observed, m.low, m.high))  # type: ignore[return-value]
    if m.measure == "freshness":
        days = [known_at - timedelta(days=age or 0) for age in (m.observed, m.high, 0)]
        return tuple(f"{day:%Y-%m-%d}" for day in days)  # type: ignore[return-value]
    if m.measure == "date_drift":
        middle = ((m.low or 0) + (m.high or 0)) / 2
        return f"{abs(m.observed - middle):,.0f}", "", ""
    if m.measure == "distribution":
        return f"{m.observed:.2f}", "", f"{m.high:.2f}"
    low, high = m.low if m.low is not None else 0, m.high if m.high is not None else 1
    return f"{m.observed:.1%}", f"{low:.1%}", f"{high:.1%}"
