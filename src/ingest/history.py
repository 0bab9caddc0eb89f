"""A feed's history: the fold of its deliveries in known-at order, switched by one ledger transaction.

A late delivery, a release, a withdrawal or a replay re-derives the change sets from its instant on; the superseded
generation stays in the ledger, inactive.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from feeds.catalogue import LoadedFeed
from governance.decisions import Asked, decide
from ingest import tables as t
from ingest.changes import Derived, derive
from ingest.corrections import Correction
from ingest.errors import WrongState
from ingest.landing import content_path
from ingest.ledger import check_lease, engine, next_load_seq, transaction
from ingest.parse import Parsed, Request, load_parsed, parse
from ingest.points import reached
from ingest.repetition import repeat
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
    decision: Asked | None = None


def predecessor(settings: Settings, feed_id: str, known_at: datetime) -> sa.Row[Any] | None:
    """The active change set before an instant, joined with its delivery, or ``None``."""
    return _around(settings, feed_id, t.change_set.c.known_at < known_at, t.change_set.c.known_at.desc())


def _around(settings: Settings, feed_id: str, condition: Any, order: Any) -> sa.Row[Any] | None:
    query = (
        sa.select(t.change_set, t.delivery.c.sha256, t.delivery.c.summary, t.delivery.c.corrects)
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
    check: Callable[[Derived], None] | None = None,
) -> dict[str, Derived]:
    """Derive the change sets of all applied deliveries from ``start`` on, and switch to them in one transaction.

    ``replacing`` holds deliveries that join or were parsed anew, ``leaving`` one that goes. Returns what was derived,
    by delivery id; ``check`` looks at the delivery of the verdict before anything is switched, and may raise.

    Raises:
        LeaseLost: another process took the feed over meanwhile; nothing was recorded.
    """
    before = predecessor(settings, feed.spec.feed_id, start)
    state = FeedState.from_json(before.state) if before is not None else FeedState()
    last = _told(settings.home, before) if before is not None else None
    derived: dict[str, Derived] = {}
    steps = _steps(settings, feed, start, replacing, leaving)
    for step in steps:
        if last is not None and last[0] == step.parsed.folder:
            changes = repeat(settings, feed, step.parsed, state, last[1], last[2])
        else:
            changes = derive(settings, feed, step.parsed, state)
        if check is not None and verdict is not None and step.delivery_id == verdict.delivery_id:
            check(changes)
        derived[step.delivery_id], state = changes, changes.state
        files = {kind: changes.folder / f"{kind}.parquet" for kind in changes.counts}
        last = (step.parsed.folder, changes.counts, files)
    reached("changes.before_commit")
    _switch(settings, feed, token, start, steps, derived, verdict)
    reached("changes.committed")
    return derived


def _told(home: Path, before: Any) -> tuple[Path, dict[str, dict[str, int]], dict[str, Path]]:
    """What an earlier change set was parsed from, its counts, and its files of changes by record kind."""
    files = {kind: home / paths["changes"] for kind, paths in before.files["kinds"].items()}
    return home / before.files["parsed"], before.counts, files


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
        _recount(connection, steps, derived)
        if verdict is not None:
            changes = derived[verdict.delivery_id].counts if verdict.delivery_id in derived else {}
            record_verdict(connection, settings, verdict, changes)


def summarise(parsed: Parsed) -> dict[str, Any]:
    """The counts that the ledger keeps of a parsed delivery."""
    return {
        "rows": parsed.rows,
        "bad_rows": parsed.bad_rows,
        "layout": parsed.layout,
        "kinds": {kind: asdict(counts) for kind, counts in parsed.kinds.items()},
    }


def _recount(connection: sa.Connection, steps: list[Step], derived: dict[str, Derived]) -> None:
    """Let the ledger's counts and the receipts say what a delivery means now, after a replay or a late neighbour."""
    table = t.delivery
    for step in steps:
        mine = table.c.delivery_id == step.delivery_id
        now = {**summarise(step.parsed), "changes": derived[step.delivery_id].counts}
        if connection.execute(sa.select(table.c.summary).where(mine)).scalar() != now:
            connection.execute(table.update().where(mine).values(summary=now, receipted=False))


def _files(home: Path, parsed: Parsed, derived: Derived) -> dict[str, Any]:
    kinds = {
        kind: {
            "changes": str((derived.folder / f"{kind}.parquet").relative_to(home)),
            "records": str(parsed.records(kind).relative_to(home)),
        }
        for kind in derived.counts
    }
    return {"parsed": str(parsed.folder.relative_to(home)), "kinds": kinds}


def record_verdict(connection: sa.Connection, settings: Settings, verdict: Verdict, changes: dict[str, Any]) -> None:
    """Write a delivery's new state, the attempt that led to it and the decision, if there was one."""
    now = settings.now()
    if verdict.decision is not None and not decide(connection, settings, verdict.decision).is_effective:
        raise WrongState("not_decided", f"{verdict.delivery_id}: a second person has to agree; nothing was changed.")
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
    content, tolerate = content_path(settings, row.sha256), bool(row.released)
    if row.corrects is None:
        return Request(feed, content, row.known_at, row.delivery_id, row.file_name, tolerate)
    root, before = _corrected_by(settings, row)
    contents = (*(content_path(settings, sha256) for sha256 in before), content)
    correction = Correction(contents, corrects_alone(feed, root))
    original = content_path(settings, root.sha256)
    tolerate = tolerate or bool(root.released)
    return Request(feed, original, row.known_at, row.delivery_id, root.file_name, tolerate, correction)


def corrects_alone(feed: LoadedFeed, root: Any) -> bool:
    """True when corrected rows of a delivery can be applied without the rest of it: they are found by their keys."""
    keyed = all(not record.key.ordinal for layout in feed.spec.layouts for record in layout.records)
    return feed.spec.delivery.mode == "append" and keyed and root.state == "applied"


def _corrected_by(settings: Settings, row: Any) -> tuple[Any, list[str]]:
    """The delivery that a correction belongs to, and the hashes of the corrections of it that were applied before."""
    table = t.delivery
    earlier = sa.select(table.c.sha256).where(
        table.c.corrects == row.corrects, table.c.state == "applied", table.c.known_at < row.known_at
    )
    with engine(settings).connect() as connection:
        root = connection.execute(sa.select(table).where(table.c.delivery_id == row.corrects)).one()
        return root, list(connection.execute(earlier.order_by(table.c.known_at)).scalars())


def reparse(settings: Settings, feed: LoadedFeed, row: Any) -> Step:
    """Parse a landed delivery with today's feed file."""
    return Step(row.delivery_id, row.known_at, parse(settings, request_for(settings, feed, row)))
