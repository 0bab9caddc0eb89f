"""A feed's history: the fold of its deliveries in known-at order, switched by one ledger transaction.

A late delivery, a release, a withdrawal or a replay re-derives the change sets from its instant on; the superseded
generation stays in the ledger, inactive.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from feeds.catalogue import LoadedFeed
from ingest import tables as t
from ingest.changes import Derived, derive
from ingest.landing import content_path
from ingest.ledger import check_lease, engine, next_load_seq, transaction
from ingest.parse import Parsed, Request, load_parsed, parse
from ingest.points import reached
from ingest.state import FeedState
from settings import Settings


@dataclass(frozen=True)
class Step:
    """One delivery in a fold: what it parsed to."""

    delivery_id: str
    known_at: datetime
    parsed: Parsed


@dataclass(frozen=True)
class Verdict:
    """What the ledger records about the delivery that caused a fold, with the decision behind it, if a person's."""

    delivery_id: str
    state: str
    reason: str | None
    message: str | None
    summary: dict[str, Any]
    verdict: dict[str, Any]
    decision: dict[str, Any] | None = None


def predecessor(settings: Settings, feed_id: str, known_at: datetime) -> sa.Row[Any] | None:
    """The active change set before an instant, joined with its delivery, or ``None``."""
    return _around(settings, feed_id, t.change_set.c.known_at < known_at, t.change_set.c.known_at.desc())


def _around(settings: Settings, feed_id: str, condition: Any, order: Any) -> sa.Row[Any] | None:
    query = (
        sa.select(t.change_set, t.delivery.c.sha256, t.delivery.c.summary)
        .join(t.delivery, t.delivery.c.delivery_id == t.change_set.c.delivery_id)
        .where(t.change_set.c.feed_id == feed_id, t.change_set.c.active, condition)
        .order_by(order)
        .limit(1)
    )
    with engine(settings).connect() as connection:
        return connection.execute(query).first()


def fold(
    settings: Settings,
    feed: LoadedFeed,
    token: int,
    start: datetime,
    replacing: list[Step],
    verdict: Verdict | None = None,
    leaving: str | None = None,
) -> dict[str, Derived]:
    """Derive the change sets of all applied deliveries from ``start`` on, and switch to them in one transaction.

    ``replacing`` holds deliveries that join or were parsed anew, ``leaving`` one that goes. Returns what was derived,
    by delivery id.

    Raises:
        LeaseLost: another process took the feed over meanwhile; nothing was recorded.
    """
    before = predecessor(settings, feed.spec.feed_id, start)
    state = FeedState.from_json(before.state) if before is not None else FeedState()
    derived: dict[str, Derived] = {}
    steps = _steps(settings, feed, start, replacing, leaving)
    for step in steps:
        derived[step.delivery_id] = derive(settings, feed, step.parsed, state)
        state = derived[step.delivery_id].state
    reached("changes.before_commit")
    _switch(settings, feed, token, start, steps, derived, verdict)
    reached("changes.committed")
    return derived


def _steps(
    settings: Settings, feed: LoadedFeed, start: datetime, replacing: list[Step], leaving: str | None
) -> list[Step]:
    """The deliveries to fold, in known-at order: those of the active change sets, with what joins and leaves."""
    steps = {step.delivery_id: step for step in replacing}
    sets = t.change_set
    query = sa.select(sets.c.delivery_id, sets.c.known_at, sets.c.files).where(
        sets.c.feed_id == feed.spec.feed_id, sets.c.active, sets.c.known_at >= start
    )
    with engine(settings).connect() as connection:
        rows = connection.execute(query).all()
    for row in rows:
        if row.delivery_id not in steps and row.delivery_id != leaving:
            steps[row.delivery_id] = Step(
                row.delivery_id, row.known_at, load_parsed(settings.home / row.files["parsed"])
            )
    return sorted(steps.values(), key=lambda step: step.known_at)


def _switch(
    settings: Settings,
    feed: LoadedFeed,
    token: int,
    start: datetime,
    steps: list[Step],
    derived: dict[str, Derived],
    verdict: Verdict | None,
) -> None:
    sets, feed_id, now = t.change_set, feed.spec.feed_id, settings.now()
    with transaction(settings) as connection:
        check_lease(connection, settings, feed_id, token)
        later = sa.and_(sets.c.feed_id == feed_id, sets.c.known_at >= start)
        newest = connection.execute(sa.select(sa.func.max(sets.c.generation)).where(later)).scalar() or 0
        connection.execute(sets.update().where(later, sets.c.active).values(active=False))
        if steps:
            first = next_load_seq(connection, len(steps))
            rows = [
                {
                    "change_set_id": f"{step.delivery_id}.{newest + 1}", "feed_id": feed_id,
                    "delivery_id": step.delivery_id, "generation": newest + 1, "load_seq": first + number,
                    "known_at": step.known_at, "active": True, "counts": derived[step.delivery_id].counts,
                    "files": _files(settings.home, step.parsed, derived[step.delivery_id]),
                    "state": derived[step.delivery_id].state.to_json(), "created_at": now,
                }
                for number, step in enumerate(steps)
            ]  # fmt: skip
            connection.execute(sets.insert(), rows)
        if verdict is not None:
            changes = derived[verdict.delivery_id].counts if verdict.delivery_id in derived else {}
            record_verdict(connection, verdict, now, changes)


def _files(home: Path, parsed: Parsed, derived: Derived) -> dict[str, Any]:
    kinds = {
        kind: {
            "changes": str((derived.folder / f"{kind}.parquet").relative_to(home)),
            "records": str(parsed.records(kind).relative_to(home)),
        }
        for kind in derived.counts
    }
    return {"parsed": str(parsed.folder.relative_to(home)), "kinds": kinds}


def record_verdict(connection: sa.Connection, verdict: Verdict, now: datetime, changes: dict[str, Any]) -> None:
    """Write a delivery's new state, the attempt that led to it and the decision, if there was one."""
    if verdict.decision is not None:
        connection.execute(t.decision.insert().values(subject=verdict.delivery_id, decided_at=now, **verdict.decision))
    connection.execute(
        t.delivery.update()
        .where(t.delivery.c.delivery_id == verdict.delivery_id)
        .values(
            state=verdict.state, reason=verdict.reason, message=verdict.message, decided_at=now, receipted=False,
            summary={**verdict.summary, "changes": changes},
        )
    )  # fmt: skip
    connection.execute(
        t.attempt.insert().values(
            delivery_id=verdict.delivery_id, finished_at=now, outcome=verdict.state, reason=verdict.reason,
            message=verdict.message, verdict=verdict.verdict,
        )
    )  # fmt: skip


def request_for(settings: Settings, feed: LoadedFeed, row: Any) -> Request:
    """What to parse for a row of the delivery table."""
    content = content_path(settings, row.sha256)
    return Request(feed, content, row.known_at, row.delivery_id, tolerate_headings=bool(row.released))


def reparse(settings: Settings, feed: LoadedFeed, row: Any) -> Step:
    """Parse a landed delivery with today's feed file."""
    return Step(row.delivery_id, row.known_at, parse(settings, request_for(settings, feed, row)))
