"""Which mails are due: receipts of deliveries that were judged, and reminders of deliveries that did not come.

Every mail is noted in the audit log (``mail`` with its key), so that none is sent twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from feeds.catalogue import LoadedFeed, feed_ids, load_feed
from governance import audit
from governance.tables import audit_event
from ingest import tables as t
from ingest.ledger import engine, transaction
from ingest.receipts.brief import as_mail
from ingest.receipts.wording import language_of, wording
from settings import Settings

#: Receipts older than this are not mailed any more: somebody switched mail on later.
_NEWS = timedelta(days=7)


@dataclass(frozen=True)
class Mail:
    """One mail to the mailboxes of a feed; ``key`` makes it the same mail after a retry."""

    key: str
    to: tuple[str, ...]
    subject: str
    html: str


@dataclass(frozen=True)
class Overdue:
    """A feed whose next delivery is late; ``last`` is the arrival of the newest one, ``late`` by how much."""

    feed_id: str
    last: datetime
    late: timedelta
    is_error: bool


def overdue(settings: Settings) -> list[Overdue]:
    """Feeds whose newest delivery arrived longer ago than their file allows; feeds that never had one are not late."""
    newest = sa.select(t.delivery.c.feed_id, sa.func.max(t.delivery.c.landed_at)).group_by(t.delivery.c.feed_id)
    with engine(settings).connect() as connection:
        last = {row[0]: row[1] for row in connection.execute(newest)}
    now, found = settings.now(), []
    for feed_id in feed_ids(settings):
        if feed_id in last:
            limits, moment = load_feed(settings, feed_id).spec.freshness, last[feed_id]
            if limits is not None and now - moment > limits.warn_after:
                age = now - moment
                found.append(Overdue(feed_id, moment, age - limits.warn_after, age > limits.error_after))
    return found


def due(settings: Settings) -> list[Mail]:
    """Mails to send now, receipts first, each only once; feeds without mailboxes get none."""
    sent = _sent(settings)
    found = [mail for feed_id in feed_ids(settings) for mail in _receipts(settings, load_feed(settings, feed_id))]
    found += [_reminder(settings, load_feed(settings, late.feed_id), late) for late in overdue(settings)]
    return [mail for mail in found if mail.to and mail.key not in sent]


def send_due(settings: Settings, send: Callable[[Mail], None]) -> int:
    """Send what is due and note it, one by one: a mail that fails is due again, those before it are not."""
    mails = due(settings)
    for mail in mails:
        send(mail)
        with transaction(settings) as connection:
            audit.append(connection, settings, audit.Event("mail", mail.key, {"subject": mail.subject}, "platform"))
    return len(mails)


def _sent(settings: Settings) -> set[str]:
    with engine(settings).connect() as connection:
        return set(connection.execute(sa.select(audit_event.c.subject).where(audit_event.c.action == "mail")).scalars())


def _receipts(settings: Settings, feed: LoadedFeed) -> list[Mail]:
    if not feed.spec.notify:
        return []
    since = settings.now() - _NEWS
    query = sa.select(t.delivery.c.delivery_id, t.delivery.c.state).where(
        t.delivery.c.feed_id == feed.spec.feed_id, t.delivery.c.receipted, t.delivery.c.landed_at >= since
    )
    with engine(settings).connect() as connection:
        rows = connection.execute(query.order_by(t.delivery.c.known_at)).all()
    found = []
    for row in rows:
        written = as_mail(settings, feed, row.delivery_id)
        if written is not None:
            found.append(Mail(f"receipt {row.delivery_id} {row.state}", tuple(feed.spec.notify), *written))
    return found


def _reminder(settings: Settings, feed: LoadedFeed, late: Overdue) -> Mail:
    """One reminder when a delivery is late, and one more when it is too late."""
    words = wording(language_of(feed.jurisdiction.locale))
    day = f"{late.last.astimezone(feed.spec.zone):%Y-%m-%d}"
    level = "error" if late.is_error else "warn"
    subject = words.text("reminder.subject", what=feed.spec.description)
    body = words.text("reminder.body", what=feed.spec.description, day=day, feed=feed.spec.feed_id)
    return Mail(f"overdue {feed.spec.feed_id} {late.last.isoformat()} {level}", tuple(feed.spec.notify), subject, body)
