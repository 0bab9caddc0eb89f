"""What Airflow, the command line and the tests call: the same functions for all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from connectors.base import Connector, Item
from connectors.credentials import Credentials, from_environment
from connectors.errors import RefusedInput
from connectors.registry import make_connector
from feeds.catalogue import LoadedFeed, load_feed
from ingest import tables as t
from ingest.configuration import note_changes
from ingest.errors import HeldBatch
from ingest.files import remove_strays
from ingest.history import fold, reparse
from ingest.landing import Arrival, known_at_from_name, record, record_unopened, store, taken
from ingest.ledger import engine, lease
from ingest.local_files import LocalFiles
from ingest.process import DeliveryOutcome, process, to_outcome, waiting
from ingest.pulling import PullSpool
from ingest.receipts.write import write_waiting
from settings import Settings

Progress = Callable[[str], None]
#: States of deliveries that another feed file may let in.
_NOT_IN = ("held", "refused")
#: Tells the secrets of a connection by its name.
Resolver = Callable[[str], Credentials]


@dataclass(frozen=True)
class FetchResult:
    """What a pull found: items seen, and deliveries that are new."""

    seen: int
    delivery_ids: list[str]


@dataclass(frozen=True)
class DrainResult:
    """What became of the waiting deliveries of one feed; ``change_sets`` counts the non-empty ones."""

    feed_id: str
    deliveries: list[DeliveryOutcome] = field(default_factory=list)
    change_sets: int = 0


@dataclass(frozen=True)
class KindFiles:
    """Changes (narrow) and records (wide) of one record kind of a change set."""

    kind: str
    changes: Path
    records: Path


@dataclass(frozen=True)
class ChangeSet:
    """One active change set: what the warehouse has to have loaded."""

    change_set_id: str
    feed_id: str
    jurisdiction_id: str
    batch_id: str
    generation: int
    known_at: datetime
    load_seq: int
    files: tuple[KindFiles, ...]
    counts: dict[str, dict[str, int]]


def fetch(
    settings: Settings,
    feed_id: str,
    files: list[Path] | None = None,
    known_at: datetime | None = None,
    on_event: Progress | None = None,
    credentials: Resolver = from_environment,
) -> FetchResult:
    """Land what is new: from the feed's connector, or the ``files`` a person names (with an explicit ``known_at``).

    A pull that was killed goes on where it stopped before the source is asked for more. ``credentials`` tells the
    secrets of a connection by its name.

    Raises:
        SpecificationError: the feed file is wrong.
        ConfigurationError: the connection is unknown, or the source refuses the question.
        RetriableError: the source did not answer, changed meanwhile, or is being pulled by another process.
    """
    feed = load_feed(settings, feed_id)
    connector = LocalFiles(tuple(files)) if files is not None else connector_of(settings, feed, credentials)
    known = taken(settings, feed_id)
    seen, landed = 0, []
    with PullSpool.of(settings, feed, connector) as spool:
        for item in spool.items(connector, lambda: _cursor(settings, feed_id)):
            seen += 1
            arrival = arrival_of(settings, feed, item, known_at)
            if arrival.identity in known:
                spool.clear()
                continue
            spool.keep(item)
            try:
                with connector.open(item, spool.folder) as source:
                    sha256, size = store(settings, source)
            except RefusedInput as error:
                landed.append(record_unopened(settings, arrival, error))  # it keeps no other out
                spool.clear()
                continue
            landed.append(record(settings, arrival, sha256, size, item.cursor))
            spool.clear()
            if on_event:
                on_event(f"{feed_id}: landed {item.name} ({size:,} bytes)")
    return FetchResult(seen, landed)


def arrival_of(settings: Settings, feed: LoadedFeed, item: Item, told: datetime | None) -> Arrival:
    """An item with the instant it speaks for. A misnamed file lands too; it is held when its turn comes."""
    if told is not None:
        return Arrival(feed.spec.feed_id, item, told, "told")
    try:
        named = known_at_from_name(feed.spec, item.name, settings.now())
    except HeldBatch:
        named = None
    return Arrival(feed.spec.feed_id, item, named, "file_name" if named else "arrival")


def connector_of(settings: Settings, feed: LoadedFeed, credentials: Resolver = from_environment) -> Connector:
    """The feed's connector, told where this installation keeps its buckets and what its connection holds.

    Raises:
        ConfigurationError: its connection is unknown.
    """
    spec = feed.spec.connector
    options = {**spec.options, "base": str(settings.buckets)} if spec.kind == "bucket" else spec.options
    secret = {"credentials": credentials(spec.connection)} if spec.connection else {}
    return make_connector(spec.kind, {**options, **secret})


def _cursor(settings: Settings, feed_id: str) -> dict[str, Any]:
    with engine(settings).connect() as connection:
        value = connection.execute(sa.select(t.cursor.c.value).where(t.cursor.c.feed_id == feed_id)).scalar()
    return dict(value or {})


def drain(settings: Settings, feed_id: str, on_event: Progress | None = None) -> DrainResult:
    """Judge and apply all waiting deliveries of a feed in known-at order, and write the receipts that are due.

    Raises:
        LeaseBusy: another process works on this feed.
        SpecificationError: the feed file is wrong.
        Fault: an invariant of ours is broken; the delivery stays waiting.
    """
    feed = load_feed(settings, feed_id)
    note_changes(settings)
    result = DrainResult(feed_id)
    changed = 0
    with lease(settings, feed_id) as token:
        remove_strays(settings.home)
        write_waiting(settings, feed)
        for row in waiting(settings, feed):
            outcome = process(settings, feed, row, token)
            result.deliveries.append(outcome)
            changed += outcome.is_change
            if on_event:
                on_event(describe(outcome))
            write_waiting(settings, feed)
    return DrainResult(feed_id, result.deliveries, changed)


def describe(outcome: DeliveryOutcome) -> str:
    """One line about a delivery for people."""
    if outcome.state != "applied":
        return f"{outcome.feed_id}: {outcome.file_name}: {outcome.state} ({outcome.reason}): {outcome.message}"
    return (
        f"{outcome.feed_id}: {outcome.file_name}: {outcome.rows:,} rows, {outcome.accepted:,} accepted, "
        f"{outcome.quarantined:,} quarantined; {outcome.inserted:,} new, {outcome.updated:,} changed, "
        f"{outcome.deleted:,} gone, {outcome.unchanged:,} as before"
    )


def replay(settings: Settings, feed_id: str, start: datetime | None = None, on_event: Progress | None = None) -> int:
    """Derive a feed's change sets anew from landing with today's feed file; the number of deliveries replayed.

    Held and refused deliveries are judged again too, all limits in force: the feed file may have been corrected.

    Raises:
        HeldBatch: today's layouts do not fit an applied delivery; nothing is changed.
        RefusedInput: today's reader cannot read one; nothing is changed.
    """
    feed = load_feed(settings, feed_id)
    moment = start or datetime(1, 1, 1, tzinfo=UTC)
    with lease(settings, feed_id) as token:
        rows = deliveries(settings, feed_id, ("applied",), moment)
        steps = []
        for row in rows:
            steps.append(reparse(settings, feed, row))
            if on_event:
                on_event(f"{feed_id}: read {row.file_name} again")
        if steps:
            fold(settings, feed, token, moment, steps)
        again = [process(settings, feed, row, token) for row in deliveries(settings, feed_id, _NOT_IN, moment)]
        if on_event:
            for outcome in again:
                on_event(describe(outcome))
        write_waiting(settings, feed)
    return len(steps) + len(again)


def deliveries(
    settings: Settings, feed_id: str | None = None, states: tuple[str, ...] = (), since: datetime | None = None
) -> list[Any]:
    """Rows of the delivery table, by feed and known-at."""
    query = sa.select(t.delivery).order_by(t.delivery.c.feed_id, t.delivery.c.known_at)
    if feed_id:
        query = query.where(t.delivery.c.feed_id == feed_id)
    if states:
        query = query.where(t.delivery.c.state.in_(states))
    if since:
        query = query.where(t.delivery.c.known_at >= since)
    with engine(settings).connect() as connection:
        return list(connection.execute(query).all())


def outcomes(settings: Settings, feed_id: str | None = None) -> list[DeliveryOutcome]:
    """Every delivery and what became of it."""
    return [to_outcome(row) for row in deliveries(settings, feed_id)]


def active_change_sets(settings: Settings) -> list[ChangeSet]:
    """All change sets that are not superseded, by load sequence."""
    query = sa.select(t.change_set).where(t.change_set.c.active).order_by(t.change_set.c.load_seq)
    with engine(settings).connect() as connection:
        return [_to_change_set(settings, row) for row in connection.execute(query)]


def _to_change_set(settings: Settings, row: Any) -> ChangeSet:
    files = tuple(
        KindFiles(kind, settings.home / paths["changes"], settings.home / paths["records"])
        for kind, paths in sorted(row.files["kinds"].items())
    )
    jurisdiction = row.feed_id.partition("/")[0]
    return ChangeSet(
        row.change_set_id, row.feed_id, jurisdiction, row.delivery_id, row.generation, row.known_at, row.load_seq,
        files, row.counts,
    )  # fmt: skip


# Re-exported so that callers need one module.
from ingest.inspect import FeedSummary, QuarantineRow, current_records, feed_summary, quarantined  # noqa: E402
from ingest.stewardship import HeldBatch as HeldDelivery  # noqa: E402
from ingest.stewardship import held, reject, release, withdraw  # noqa: E402

__all__ = [
    "ChangeSet", "DrainResult", "FeedSummary", "FetchResult", "HeldDelivery", "KindFiles", "QuarantineRow",
    "active_change_sets", "current_records", "deliveries", "drain", "feed_summary", "fetch", "held", "outcomes",
    "quarantined", "reject", "release", "replay", "withdraw",
]  # fmt: skip
