"""Looking into what ingest did, without a warehouse: current and past records, quarantine, sums by feed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from feeds.catalogue import load_feed
from ingest import tables as t
from ingest.ledger import engine
from ingest.process import to_outcome
from ingest.reading import ask, own_database
from ingest.receipts.problems import quarantine_file
from ingest.sqltext import ident, literal
from settings import Settings


@dataclass(frozen=True)
class QuarantineRow:
    """One record in quarantine: every must rule that it breaks, and the row as it came (headings -> text)."""

    delivery_id: str
    record_kind: str
    row_number: int
    record_no: int
    rules: tuple[str, ...]
    row: Any


@dataclass(frozen=True)
class FeedSummary:
    """Sums over all deliveries of one feed (``rows`` of files, the rest of records; ``held`` and on of deliveries)."""

    feed_id: str
    deliveries: int
    rows: int
    accepted: int
    quarantined: int
    held: int
    refused: int
    inserted: int
    updated: int
    deleted: int


def feed_summary(settings: Settings) -> list[FeedSummary]:
    """One summary per feed that ever had a delivery, by feed id."""
    with engine(settings).connect() as connection:
        rows = connection.execute(sa.select(t.delivery).order_by(t.delivery.c.feed_id)).all()
    by_feed: dict[str, list[Any]] = {}
    for row in rows:
        by_feed.setdefault(row.feed_id, []).append(to_outcome(row))
    return [
        FeedSummary(
            feed_id, len(all_of), sum(o.rows for o in all_of), sum(o.accepted for o in all_of),
            sum(o.quarantined for o in all_of), sum(o.state == "held" for o in all_of),
            sum(o.state == "refused" for o in all_of), sum(o.inserted for o in all_of),
            sum(o.updated for o in all_of), sum(o.deleted for o in all_of),
        )
        for feed_id, all_of in by_feed.items()
    ]  # fmt: skip


def quarantined(settings: Settings, delivery_id: str) -> list[QuarantineRow]:
    """What an applied delivery put into quarantine, by row; also of a batch held for its quarantine."""
    with engine(settings).connect() as connection:
        row = connection.execute(sa.select(t.delivery).where(t.delivery.c.delivery_id == delivery_id)).one()
        active = sa.select(t.change_set.c.files).where(t.change_set.c.delivery_id == delivery_id, t.change_set.c.active)
        files = connection.execute(active).scalar()
    file = quarantine_file(settings, load_feed(settings, row.feed_id), row, files)
    if file is None:
        return []
    rows = ask(
        "select record_kind, row_number, record_no, rules, row_text from read_parquet(?) order by 2, 1, 3", [str(file)]
    )
    return [
        QuarantineRow(delivery_id, k, n, p, tuple(r), json.loads(text) if text else None) for k, n, p, r, text in rows
    ]


def current_records(
    settings: Settings, feed_id: str, kind: str, known_at: datetime | None = None
) -> list[dict[str, Any]]:
    """The records of a feed as known at an instant (default: now), with ``record_key``; typed contract columns.

    A slow, plain reading of the change sets, for checks; analysts ask the warehouse.
    """
    sets = sa.select(t.change_set).where(t.change_set.c.feed_id == feed_id, t.change_set.c.active)
    if known_at is not None:
        sets = sets.where(t.change_set.c.known_at <= known_at.astimezone(UTC))
    with engine(settings).connect() as connection:
        rows = connection.execute(sets.order_by(t.change_set.c.known_at)).all()
    columns = [name for name, _ in load_feed(settings, feed_id).contracts[kind].stored_columns()]
    parts = []
    for number, row in enumerate(row for row in rows if kind in row.files["kinds"]):
        paths = row.files["kinds"][kind]
        changes, records = (literal(str(settings.home / paths[name])) for name in ("changes", "records"))
        parts.append(f"""
            select {number} as n, c.op, c.record_key, {", ".join(f"r.{ident(c)}" for c in columns)}
            from read_parquet({changes}) as c left join read_parquet({records}) as r
              on c.row_number = r.row_number and c.record_no = r.record_no
            where c.op in ('insert', 'update', 'delete')""")
    if not parts:
        return []
    with own_database() as db:
        cursor = db.execute(f"""
            select * exclude (n, op) from ({" union all ".join(parts)})
            qualify row_number() over (partition by record_key order by n desc) = 1 and op <> 'delete'
            order by record_key""")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
