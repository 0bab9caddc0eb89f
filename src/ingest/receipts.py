"""Receipts: what an agency gets back for every delivery, as JSON, CSV and a page."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from feeds.catalogue import LoadedFeed
from ingest import tables as t
from ingest.files import write_whole
from ingest.ledger import engine, transaction
from ingest.points import reached
from ingest.process import DeliveryOutcome, to_outcome
from settings import Settings

_EXAMPLES = 5
_MAX_ROWS = 100_000
MASK = "***"


@dataclass(frozen=True)
class Problem:
    """One rule broken by one record of one row."""

    record_kind: str
    row_number: int
    rule: str
    severity: str
    column: str | None
    value: str | None
    sentence: str


def quarantine_file(settings: Settings, delivery_id: str, files: dict[str, Any] | None) -> Path | None:
    """The quarantine of an applied delivery, by the change set's file list."""
    return settings.home / files["parsed"] / "quarantine.parquet" if files else None


def read_problems(file: Path, limit: int = _MAX_ROWS) -> Iterator[Problem]:
    """Problems in a quarantine file, by row."""
    import duckdb

    rows = duckdb.execute(
        """
        select record_kind, row_number, p.rule, p.severity, p.column_name, p.value, p.sentence
        from (select record_kind, row_number, record_no, unnest(problems) as p from read_parquet(?))
        order by row_number, record_kind, record_no, p.rule limit ?
        """,
        [str(file), limit],
    ).fetchall()
    return (Problem(*row) for row in rows)


def write_waiting(settings: Settings, feed: LoadedFeed) -> int:
    """Write every receipt of a feed that is due; how many. A retry after a kill writes the same again."""
    query = (
        sa.select(t.delivery, t.change_set.c.files)
        .outerjoin(t.change_set, sa.and_(t.change_set.c.delivery_id == t.delivery.c.delivery_id, t.change_set.c.active))
        .where(t.delivery.c.feed_id == feed.spec.feed_id, t.delivery.c.state != "landed", ~t.delivery.c.receipted)
        .order_by(t.delivery.c.known_at)
    )
    with engine(settings).connect() as connection:
        due = connection.execute(query).all()
    for row in due:
        file = quarantine_file(settings, row.delivery_id, row.files)
        problems = list(read_problems(file)) if file else []
        _write(settings, feed, to_outcome(row), row.known_at.isoformat(), row.summary or {}, problems)
        reached("receipt.written")
    with transaction(settings) as connection:
        for row in due:
            mine = sa.and_(t.delivery.c.delivery_id == row.delivery_id, t.delivery.c.state == row.state)
            connection.execute(t.delivery.update().where(mine).values(receipted=True))
    return len(due)


def receipt_folder(settings: Settings, feed_id: str, delivery_id: str) -> Path:
    """Where the receipt of a delivery lies."""
    return settings.home / "outbox" / feed_id / delivery_id


def _write(
    settings: Settings,
    feed: LoadedFeed,
    outcome: DeliveryOutcome,
    known_at: str,
    summary: dict[str, Any],
    problems: list[Problem],
) -> None:
    masked = [_masked(feed, problem) for problem in problems] if feed.spec.outbox == "masked" else problems
    receipt = {
        **asdict(outcome),
        "known_at": known_at,
        "changes": summary.get("changes", {}),
        "kinds": summary.get("kinds", {}),
        "unreadable_rows": summary.get("bad_rows", 0),
        "delete_uncertain": _uncertain(feed, summary),
        "problems": _grouped(masked),
        "rows": outcome.rows,
    }
    folder = receipt_folder(settings, feed.spec.feed_id, outcome.delivery_id)
    settings.private_dir(settings.home / "outbox")
    write_whole(
        settings.home, folder / "receipt.json", json.dumps(receipt, indent=1, sort_keys=True, default=str).encode()
    )
    write_whole(settings.home, folder / "rejected.csv", _csv(masked).encode())
    from ingest.receipt_page import page

    write_whole(settings.home, folder / "receipt.html", page(feed, receipt).encode())


def _uncertain(feed: LoadedFeed, summary: dict[str, Any]) -> int:
    """Rows without a readable key: a record may look deleted because of them."""
    if feed.spec.delivery.mode == "append":
        return 0
    return int(summary.get("bad_rows", 0) + sum(k["key_missing"] for k in summary.get("kinds", {}).values()))


def _masked(feed: LoadedFeed, problem: Problem) -> Problem:
    contract = feed.contracts.get(problem.record_kind)
    spec = contract.columns.get(problem.column or "") if contract else None
    hidden = problem.value is not None and (spec is None or spec.identifies)
    return Problem(**{**asdict(problem), "value": MASK}) if hidden else problem


def _grouped(problems: list[Problem]) -> list[dict[str, Any]]:
    groups: dict[tuple[str, str, str], dict[str, Any]] = {}
    for problem in problems:
        key = (problem.record_kind, problem.rule, problem.sentence if problem.rule != "row_shape" else "")
        group = groups.setdefault(
            key,
            {
                "record_kind": problem.record_kind, "rule": problem.rule, "severity": problem.severity,
                "column": problem.column, "sentence": problem.sentence, "count": 0, "examples": [],
            },
        )  # fmt: skip
        group["count"] += 1
        if len(group["examples"]) < _EXAMPLES:
            group["examples"].append({"row": problem.row_number, "value": problem.value})
    return sorted(groups.values(), key=lambda g: (-g["count"], g["record_kind"], g["rule"]))


def _csv(problems: list[Problem]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["row", "record_kind", "severity", "rule", "column", "value", "what_is_wrong"])
    for p in problems:
        # A leading = + - @ would be run as a formula by a spreadsheet.
        value = f"'{p.value}" if p.value and p.value[0] in "=+-@" else p.value
        writer.writerow([p.row_number, p.record_kind, p.severity, p.rule, p.column, value, p.sentence])
    return out.getvalue()
