"""Which files lie in a feed's bucket and have not been taken in: what a watcher asks every few seconds."""

from __future__ import annotations

from feeds.catalogue import load_feed
from ingest.api import arrival_of, connector_of
from ingest.landing import taken
from ingest.ledger import has_ledger
from settings import Settings


def waiting_drops(settings: Settings, feed_id: str) -> frozenset[str]:
    """Identities of the finished files that nobody has landed yet.

    Raises:
        SpecificationError: the feed file is wrong.
        RetriableError: the bucket did not answer.
    """
    feed = load_feed(settings, feed_id)
    found = {arrival_of(settings, feed, item, None).identity for item in connector_of(settings, feed).poll({})}
    return frozenset(found - taken(settings, feed_id)) if found and has_ledger(settings) else frozenset(found)
