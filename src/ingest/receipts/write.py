"""Writing the receipts that are due into the agency's outbox."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from feeds.catalogue import LoadedFeed
from ingest import tables as t
from ingest.batch import Measured, measure
from ingest.files import write_files
from ingest.ledger import engine, transaction
from ingest.parse import Parsed, load_parsed
from ingest.points import reached
from ingest.process import to_outcome
from ingest.receipts.page import pages
from ingest.receipts.problems import (
    Problem,
    for_people,
    grouped,
    layout_of,
    masked,
    quarantine_file,
    read_problems,
    warned,
    with_headings,
)
from ingest.receipts.rejected import rejected_csv
from ingest.receipts.wording import language_of, wording
from ingest.results import findings, keep
from ingest.tolerances import expired, local_day
from settings import Settings


def write_waiting(settings: Settings, feed: LoadedFeed) -> int:
    """Write every receipt of a feed that is due; how many. A retry after a kill writes the same again."""
    query = (
        sa.select(t.delivery, t.change_set.c.files)
        .outerjoin(t.change_set, sa.and_(t.change_set.c.delivery_id == t.delivery.c.delivery_id, t.change_set.c.active))
        .where(t.delivery.c.feed_id == feed.spec.feed_id, t.delivery.c.state != "landed", ~t.delivery.c.receipted)
    )
    with engine(settings).connect() as connection:
        # Sorted here: to have them in order, SQLite would walk through all deliveries of the feed.
        due = sorted(connection.execute(query), key=lambda row: row.known_at)
    for row in due:
        file = quarantine_file(settings, feed, row, row.files)
        parsed = load_parsed(file.parent) if file else None
        measured = measure(settings, feed, parsed, row.known_at) if parsed and row.state == "applied" else []
        if parsed and row.state == "applied":
            keep(settings, row.delivery_id, parsed, measured)
        receipt, rejected = make_receipt(feed, row, parsed, measured)
        _write(settings, feed, receipt, rejected)
        reached("receipt.written")
    with transaction(settings) as connection:
        for row in due:
            mine = sa.and_(t.delivery.c.delivery_id == row.delivery_id, t.delivery.c.state == row.state)
            connection.execute(t.delivery.update().where(mine).values(receipted=True))
    return len(due)


def receipt_folder(settings: Settings, feed_id: str, delivery_id: str) -> Path:
    """Where the receipt of a delivery lies."""
    return settings.home / "outbox" / feed_id / delivery_id


def make_receipt(
    feed: LoadedFeed, row: Any, parsed: Parsed | None, measured: list[Measured]
) -> tuple[dict[str, Any], bytes]:
    """The receipt of a delivery and the CSV of its rejected rows.

    ``row`` is a row of the delivery table, ``parsed`` what was judged, where the file could be read.
    """
    summary, outcome = row.summary or {}, to_outcome(row)
    found = list(read_problems(parsed.quarantine)) if parsed else []
    layout = layout_of(feed, parsed.layout if parsed else "")
    soft = warned(feed, parsed, row.known_at) if parsed and outcome.state == "applied" else []
    problems = [_shown(feed, p) for p in for_people([with_headings(layout, problem) for problem in found])]
    rejected = rejected_csv(
        feed, layout, parsed.headings if parsed else (), parsed.quarantine if parsed else None, problems, row.identity,
        wording(language_of(feed.jurisdiction.locale)),
    )  # fmt: skip
    receipt = {
        **asdict(outcome),
        "known_at": row.known_at.isoformat(),
        "landed_on": f"{row.landed_at.astimezone(feed.spec.zone):%Y-%m-%d %H:%M}",
        "corrects": row.corrects,
        "masked": feed.spec.outbox == "masked",
        "changes": summary.get("changes", {}),
        "kinds": summary.get("kinds", {}),
        "unreadable_rows": summary.get("bad_rows", 0),
        "delete_uncertain": _uncertain(feed, summary),
        "missing_headings": summary.get("missing_headings", []),
        "new_headings": summary.get("new_headings", []),
        "problems": [*grouped(p for p in problems if p.severity == "must"), *_warned(feed, soft)],
        "findings": findings(feed, parsed, measured, row.known_at) if parsed else [],
        "expired": [
            {"rule": e.name, "until": e.until.isoformat(), "reason": e.reason}
            for e in expired(feed, local_day(feed, row.known_at))
        ],
    }
    return receipt, rejected


def _shown(feed: LoadedFeed, problem: Problem) -> Problem:
    return masked(feed, problem) if feed.spec.outbox == "masked" else problem


def _warned(feed: LoadedFeed, soft: list[tuple[Problem, int]]) -> list[dict[str, Any]]:
    """Rules that accepted records break: a few examples stand for all, the count is the rule's."""
    counts = {(problem.record_kind, problem.rule): count for problem, count in soft}
    layouts = {record.kind: layout for layout in feed.spec.layouts for record in layout.records}
    groups = grouped(_shown(feed, with_headings(layouts[problem.record_kind], problem)) for problem, _ in soft)
    return [{**group, "count": counts[group["record_kind"], group["rule"]]} for group in groups]


def _write(settings: Settings, feed: LoadedFeed, receipt: dict[str, Any], rejected: bytes) -> None:
    folder = receipt_folder(settings, feed.spec.feed_id, receipt["delivery_id"])
    settings.private_dir(settings.home / "outbox")
    told = json.dumps(receipt, indent=1, sort_keys=True, default=str, ensure_ascii=False)
    shown = {name: page.encode() for name, page in pages(feed, receipt).items()}
    write_files(settings.home, folder, {"receipt.json": told.encode(), "rejected.csv": rejected, **shown})


def _uncertain(feed: LoadedFeed, summary: dict[str, Any]) -> int:
    """Rows without a readable key: a record may look deleted because of them."""
    if feed.spec.delivery.mode == "append":
        return 0
    return int(summary.get("bad_rows", 0) + sum(k["key_missing"] for k in summary.get("kinds", {}).values()))
