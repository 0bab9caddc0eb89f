"""Telling that a waiting file brings rejected rows back, and of which delivery."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from feeds.catalogue import LoadedFeed
from ingest import tables as t
from ingest.corrections import is_returned, read_returned
from ingest.errors import HeldBatch
from ingest.history import corrects_alone, predecessor
from ingest.landing import content_path, free_instant
from ingest.ledger import check_lease, engine, transaction
from settings import Settings


def adopted(settings: Settings, feed: LoadedFeed, row: Any, token: int) -> Any:
    """The delivery's row, with ``corrects`` where its file brings rejected rows back.

    A correction is known when it arrives; where the corrected file speaks for an instant of its own (file name, or told
    by a person), the correction speaks for the same instant, right behind it.

    Raises:
        HeldBatch: ``correction_unclear`` or ``stale_correction``.
        LeaseLost: another process took the feed over.
    """
    content = content_path(settings, row.sha256)
    if row.corrects is not None or not is_returned(content):
        return row
    returned = read_returned(content, str(feed.spec.reader.options.get("encoding", "utf-8")))
    root = root_of(settings, feed.spec.feed_id, returned.reference)
    known_at = _known_at(settings, row, root)
    if not row.released:
        _check_current(settings, feed, root, known_at)
    mine = t.delivery.c.delivery_id == row.delivery_id
    with transaction(settings) as connection:
        check_lease(connection, settings, feed.spec.feed_id, token)
        if known_at != row.known_at:
            known_at = free_instant(connection, feed.spec.feed_id, known_at)
        connection.execute(t.delivery.update().where(mine).values(corrects=root.delivery_id, known_at=known_at))
        return connection.execute(sa.select(t.delivery).where(mine)).one()


def root_of(settings: Settings, feed_id: str, reference: str) -> Any:
    """The delivery that was sent as a whole, at the end of a chain of corrections.

    Raises:
        HeldBatch: ``correction_unclear`` where the feed has no such delivery.
    """
    named = t.delivery.c.identity.startswith(reference)
    with engine(settings).connect() as connection:
        query = sa.select(t.delivery).where(t.delivery.c.feed_id == feed_id)
        found = connection.execute(query.where(named)).first()
        if found is not None and found.corrects is not None:
            found = connection.execute(query.where(t.delivery.c.delivery_id == found.corrects)).first()
    if found is None:
        raise HeldBatch(
            "correction_unclear",
            f"The file brings back rows of the delivery {reference}, but {feed_id} has no such delivery: "
            f"was it put into the folder of another feed?",
        )
    return found


def _known_at(settings: Settings, row: Any, root: Any) -> datetime:
    if root.known_from == "arrival":
        return row.known_at  # type: ignore[no-any-return]
    family = sa.or_(t.delivery.c.delivery_id == root.delivery_id, t.delivery.c.corrects == root.delivery_id)
    with engine(settings).connect() as connection:
        known: list[datetime] = [*connection.execute(sa.select(t.delivery.c.known_at).where(family)).scalars()]
    return max(known) + timedelta(microseconds=1)


def _check_current(settings: Settings, feed: LoadedFeed, root: Any, known_at: datetime) -> None:
    """Putting rows into a file that a newer one has replaced would bring the old one back."""
    before = predecessor(settings, feed.spec.feed_id, known_at)
    if root.state == "applied":
        family = before is not None and root.delivery_id in (before.delivery_id, before.corrects)
        current = family or corrects_alone(feed, root)
    else:
        current = root.state == "held" and (before is None or before.known_at < root.known_at)
    if not current:
        raise HeldBatch(
            "stale_correction",
            f"The file brings back rows of {root.file_name!r}, which no longer counts: a newer file was taken in "
            f"since, or it was withdrawn. Correct the rows of the newest receipt instead.",
        )
