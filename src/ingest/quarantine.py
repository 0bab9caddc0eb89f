"""Records in quarantine over all deliveries: which still wait and what closed the others.

A quarantined record is open until a later delivery settles it. Of a ``full`` feed every later delivery does, because it
says everything anew; of the others one that brings an acceptable record under the same key. A correction sent back
for exactly that delivery settles the rows that it holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from feeds.catalogue import LoadedFeed, load_feed
from ingest import tables as t
from ingest.ledger import engine
from ingest.parse import Parsed, load_parsed
from ingest.reading import own_database
from ingest.sqltext import literal
from ingest.stewardship import delivery_row
from settings import Settings

#: Kind of the decision that a delivery's quarantined records are never to be applied.
REJECT = "reject_records"


@dataclass(frozen=True)
class Quarantined:
    """One record in quarantine. ``closed_by`` is the delivery that settled it, or ``rejected``; else it is open."""

    delivery_id: str
    feed_id: str
    record_kind: str
    row_number: int
    record_no: int
    rules: tuple[str, ...]
    problems: tuple[dict[str, Any], ...]
    row: str | None
    """The original row as JSON (heading -> text); null where it may not be kept."""
    closed_by: str | None

    @property
    def place(self) -> tuple[str, int, int]:
        """Record kind, row of the file, record of the row."""
        return self.record_kind, self.row_number, self.record_no


@dataclass(frozen=True)
class QuarantineSummary:
    """What one delivery put into quarantine and what became of it (records)."""

    delivery_id: str
    feed_id: str
    file_name: str
    open: int
    closed: int
    rules: tuple[str, ...]


def summaries(settings: Settings, feed_id: str | None = None) -> list[QuarantineSummary]:
    """One line per applied delivery with quarantined records, oldest first within each feed."""
    found = []
    for row, rows in _by_delivery(settings, feed_id):
        waiting = [record for record in rows if record.closed_by is None]
        rules = tuple(sorted({rule for record in waiting for rule in record.rules}))
        closed = len(rows) - len(waiting)
        found.append(QuarantineSummary(row.delivery_id, row.feed_id, row.file_name, len(waiting), closed, rules))
    return found


def records(settings: Settings, delivery_id: str) -> list[Quarantined]:
    """The quarantined records of one applied delivery, by row.

    Raises:
        UnknownDelivery: there is no such delivery.
    """
    feed_id = delivery_row(settings, delivery_id).feed_id
    return [r for row, rows in _by_delivery(settings, feed_id) if row.delivery_id == delivery_id for r in rows]


def _rows_of(settings: Settings, delivery: Any) -> str:
    """SELECT of the row numbers that a delivery has said something about."""
    parsed = load_parsed(settings.home / delivery.files["parsed"])
    files = [parsed.quarantine, *(parsed.records(kind) for kind in parsed.kinds)]
    return " union all ".join(f"select row_number from read_parquet({literal(str(file))})" for file in files)


def accepted(parsed: Parsed, kind: str) -> str:
    """SELECT of the accepted records of one kind."""
    if kind not in parsed.kinds:
        return "select 0 as row_number, 0 as record_no, null::blob as _key_hash, null::blob as _content_hash limit 0"
    file, status = parsed.records(kind), parsed.folder / f"{kind}.status.parquet"
    return (
        f"select row_number, record_no, _key_hash, _content_hash from read_parquet({literal(str(file))}) as r "
        f"anti join read_parquet({literal(str(status))}) as s using (row_number, record_no)"
    )


def _by_delivery(settings: Settings, feed_id: str | None) -> Iterator[tuple[Any, list[Quarantined]]]:
    """Applied deliveries with a quarantine, with its records."""
    sets = t.change_set
    query = (
        sa.select(t.delivery, sets.c.files)
        .join(sets, sa.and_(sets.c.delivery_id == t.delivery.c.delivery_id, sets.c.active))
        .order_by(t.delivery.c.feed_id, t.delivery.c.known_at)
    )
    if feed_id is not None:
        query = query.where(t.delivery.c.feed_id == feed_id)
    with engine(settings).connect() as connection:
        applied = connection.execute(query).all()
        decided = connection.execute(
            sa.select(t.decision).where(t.decision.c.kind == REJECT, t.decision.c.is_effective)
        ).all()
    rejected = {(d.subject, *place) for d in decided for place in (d.detail or {}).get("records", [])}
    for number, row in enumerate(applied):
        kinds = (row.summary or {}).get("kinds", {}).values()
        if not (row.summary or {}).get("bad_rows", 0) + sum(kind["quarantined"] for kind in kinds):
            continue
        later = [other for other in applied[number + 1 :] if other.feed_id == row.feed_id]
        yield row, _judged(settings, load_feed(settings, row.feed_id), row, later, rejected)


def _judged(
    settings: Settings, feed: LoadedFeed, row: Any, later: list[Any], rejected: set[tuple[Any, ...]]
) -> list[Quarantined]:
    parsed = load_parsed(settings.home / row.files["parsed"])
    with own_database() as connection:
        closed = _closed(connection, settings, feed, row, parsed, later)
        rows = connection.execute(
            "select record_kind, row_number, record_no, rules, problems, row_text from read_parquet(?) "
            "order by row_number, record_kind, record_no",
            [str(parsed.quarantine)],
        ).fetchall()
    found = []
    for kind, number, no, rules, problems, text in rows:
        place = (kind, number, no)
        by = "rejected" if (row.delivery_id, *place) in rejected else closed.get(place)
        found.append(
            Quarantined(row.delivery_id, row.feed_id, *place, tuple(rules), tuple(problems), text, by)
        )  # fmt: skip
    return found


def _closed(
    connection: Any, settings: Settings, feed: LoadedFeed, row: Any, parsed: Parsed, later: list[Any]
) -> dict[tuple[str, int, int], str]:
    """Which later delivery settled which quarantined record: the first that did."""
    held = f"(select record_kind, row_number, record_no from read_parquet({literal(str(parsed.quarantine))}))"
    if feed.spec.delivery.mode == "full":
        if not later:
            return {}
        return dict.fromkeys(connection.execute(f"from {held}").fetchall(), later[0].delivery_id)
    found: dict[tuple[str, int, int], str] = {}
    for other in later:
        if other.corrects in (row.delivery_id, row.corrects or row.delivery_id):
            for place in connection.execute(
                f"from {held} where row_number in ({_rows_of(settings, other)})"
            ).fetchall():
                found.setdefault(place, other.delivery_id)
        after = load_parsed(settings.home / other.files["parsed"])
        for kind in sorted(parsed.kinds.keys() & after.kinds.keys()):
            places = connection.execute(f"""
                select h.row_number, h.record_no from {held} as h
                join read_parquet({literal(str(parsed.records(kind)))}) as r using (row_number, record_no)
                where h.record_kind = {literal(kind)}
                  and r._key_hash in (select _key_hash from ({accepted(after, kind)}))""").fetchall()
            for number, no in places:
                found.setdefault((kind, number, no), other.delivery_id)
    return found
