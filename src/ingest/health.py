"""Which feeds are well, at a glance: fresh, nothing held or open in quarantine, nothing unusual in the newest file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from feeds.catalogue import feed_ids, load_feed
from ingest.api import deliveries
from ingest.mailing import overdue
from ingest.quarantine import summaries
from ingest.results import results
from ingest.tolerances import expired, local_day
from settings import Settings


@dataclass(frozen=True)
class Health:
    """One feed that ever had a delivery. ``open`` counts quarantined records, ``held`` deliveries."""

    feed_id: str
    newest: datetime
    state: str
    late: str
    held: int
    open: int
    unusual: int
    expired: int

    @property
    def is_well(self) -> bool:
        """True when nobody has to do anything."""
        return self.state == "applied" and not (self.late or self.held or self.open or self.unusual or self.expired)


def health(settings: Settings) -> list[Health]:
    """Every feed with a delivery, those that need somebody first."""
    rows = deliveries(settings)
    newest = {row.feed_id: row for row in rows}  # in known-at order: the last one stays
    held = Counter(row.feed_id for row in rows if row.state == "held")
    waiting: Counter[str] = Counter()
    for summary in summaries(settings):
        waiting[summary.feed_id] += summary.open
    late = {o.feed_id: "too late" if o.is_error else "late" for o in overdue(settings)}
    unusual = Counter(r.delivery_id for r in results(settings, failed=True) if r.severity == "batch")
    found = []
    for feed_id in feed_ids(settings):
        if feed_id in newest:
            row, feed = newest[feed_id], load_feed(settings, feed_id)
            over = len(expired(feed, local_day(feed, settings.now())))
            found.append(
                Health(
                    feed_id, row.landed_at, row.state, late.get(feed_id, ""), held[feed_id], waiting[feed_id],
                    unusual[row.delivery_id], over,
                )
            )  # fmt: skip
    return sorted(found, key=lambda h: (h.is_well, h.feed_id))
