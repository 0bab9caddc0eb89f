"""Landing: the delivered bytes, stored once per content; every arrival is a delivery of its own."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import sqlalchemy as sa

from connectors.base import Item
from connectors.errors import RefusedInput
from feeds.spec import FeedSpec
from ingest import tables as t
from ingest.errors import HeldBatch
from ingest.files import fsync_folder, scratch_path, write_whole
from ingest.ledger import engine, transaction
from ingest.points import reached
from settings import Settings

_CHUNK = 1 << 20
#: Reasons for which an item is not opened at all.
UNOPENED = frozenset({"outside_bucket"})
#: How far ahead of its arrival a delivery may speak: to the end of today, wherever in the world today is.
MAX_AHEAD = timedelta(hours=48)


@dataclass(frozen=True)
class Arrival:
    """One item about to be landed. ``known_at`` only where a person or the file name says it (``known_from``)."""

    feed_id: str
    item: Item
    known_at: datetime | None = None
    known_from: str = "arrival"

    @property
    def identity(self) -> str:
        """The same for a retry, another one for another arrival: never the content's hash alone."""
        told = self.known_at.isoformat() if self.known_at else ""
        parts = [self.feed_id, self.item.location, self.item.version, told]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def content_path(settings: Settings, sha256: str) -> Path:
    """Where the bytes with that hash lie."""
    return settings.home / "landing" / "content" / sha256[:2] / sha256


def known_at_from_name(spec: FeedSpec, name: str, landed_at: datetime) -> datetime | None:
    """The instant a file name speaks of: the end of that day in the feed's zone; ``None`` where nothing is declared.

    Raises:
        HeldBatch: ``file_name`` when the declared pattern does not fit this name, or the name speaks of the future:
            every later delivery would count as late.
    """
    moment = _told_by_name(spec, name)
    if moment is not None and moment > landed_at + MAX_AHEAD and not spec.simulated:
        raise HeldBatch(
            "file_name", f"The file name {name!r} speaks of a day after the file arrived ({moment:%Y-%m-%d})."
        )
    return moment


def _told_by_name(spec: FeedSpec, name: str) -> datetime | None:
    rule = spec.delivery.known_at
    if rule is None:
        return None
    match = re.search(rule.from_file_name, name)
    try:
        if match is None:
            raise ValueError("the pattern is not in it")
        moment = datetime.strptime(match[1], rule.format)
    except ValueError as error:
        raise HeldBatch("file_name", f"The file name {name!r} does not tell its date ({error}).") from error
    if any(code in rule.format for code in ("%H", "%I", "%s")):
        return moment.replace(tzinfo=spec.zone).astimezone(UTC)
    return end_of_day(moment.date(), spec)


def end_of_day(day: date, spec: FeedSpec) -> datetime:
    """The instant at which a local day ends (the next local midnight), in UTC."""
    following = day + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=spec.zone).astimezone(UTC)


def store(settings: Settings, source: BinaryIO) -> tuple[str, int]:
    """Stream bytes into landing once, hashing while writing; ``(sha256, size)``."""
    settings.private_dir(settings.home / "landing")
    scratch = scratch_path(settings.home)
    digest, size = hashlib.sha256(), 0
    try:
        with scratch.open("wb") as out:
            os.fchmod(out.fileno(), 0o600)
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        reached("landing.written")
        target = content_path(settings, digest.hexdigest())
        settings.private_dir(target.parent)
        scratch.replace(target)
        fsync_folder(target.parent)
    finally:
        scratch.unlink(missing_ok=True)
    return digest.hexdigest(), size


def taken(settings: Settings, feed_id: str) -> set[str]:
    """Identities of all arrivals of a feed that landed already."""
    with engine(settings).connect() as connection:
        found = sa.select(t.delivery.c.identity).where(t.delivery.c.feed_id == feed_id)
        return set(connection.execute(found).scalars())


def record_unopened(settings: Settings, arrival: Arrival, error: RefusedInput) -> str:
    """Enter an item that may not even be opened (``UNOPENED``): it stays at the source, its turn only refuses it."""
    sha256, size = store(settings, io.BytesIO())
    return record(settings, arrival, sha256, size, {}, error)


def record(
    settings: Settings,
    arrival: Arrival,
    sha256: str,
    size: int,
    cursor: dict[str, object],
    error: RefusedInput | None = None,
) -> str:
    """Enter a landed arrival in the ledger, with the cursor, in one transaction; the delivery id.

    Two deliveries of one feed never share a ``known_at``: a second one is put a microsecond behind. ``error`` is why
    the item could not be opened.
    """
    now = settings.now()
    _write_manifest(settings, arrival, sha256, size, now)
    with transaction(settings) as connection:
        same = sa.select(t.delivery.c.delivery_id).where(
            t.delivery.c.feed_id == arrival.feed_id, t.delivery.c.identity == arrival.identity
        )
        existing = connection.execute(same).scalar()
        if existing is not None:
            return str(existing)
        known_at = free_instant(connection, arrival.feed_id, arrival.known_at or now)
        delivery_id = f"{known_at:%Y%m%dT%H%M%S}Z-{arrival.identity[:12]}"
        if connection.execute(sa.select(t.content.c.sha256).where(t.content.c.sha256 == sha256)).scalar() is None:
            connection.execute(t.content.insert().values(sha256=sha256, size=size, stored_at=now))
        connection.execute(
            t.delivery.insert().values(
                delivery_id=delivery_id, feed_id=arrival.feed_id, identity=arrival.identity, sha256=sha256,
                location=arrival.item.location, file_name=arrival.item.name, known_at=known_at,
                known_from=arrival.known_from, landed_at=now, state="landed", released=False,
                reason=error.code if error else None, message=str(error) if error else None,
            )
        )  # fmt: skip
        if cursor:
            connection.execute(t.cursor.delete().where(t.cursor.c.feed_id == arrival.feed_id))
            connection.execute(t.cursor.insert().values(feed_id=arrival.feed_id, value=cursor))
    reached("landing.recorded")
    return delivery_id


def free_instant(connection: sa.Connection, feed_id: str, wanted: datetime) -> datetime:
    """The first instant from ``wanted`` on that no delivery of the feed speaks for."""
    moment = wanted
    while connection.execute(
        sa.select(t.delivery.c.delivery_id).where(t.delivery.c.feed_id == feed_id, t.delivery.c.known_at == moment)
    ).scalar():
        moment += timedelta(microseconds=1)
    return moment


def _write_manifest(settings: Settings, arrival: Arrival, sha256: str, size: int, now: datetime) -> None:
    """What arrived, beside the content, so that landing explains itself without the ledger."""
    path = settings.home / "landing" / "deliveries" / arrival.feed_id / f"{arrival.identity[:12]}.json"
    if path.exists():
        return
    manifest = {
        "feed_id": arrival.feed_id,
        "location": arrival.item.location,
        "version": arrival.item.version,
        "sha256": sha256,
        "size": size,
        "known_at": arrival.known_at.isoformat() if arrival.known_at else None,
        "landed_at": now.isoformat(),
    }
    write_whole(settings.home, path, json.dumps(manifest, indent=1, sort_keys=True).encode())
