"""One waiting delivery: parsed, checked against its feed's limits, applied, held or refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors.errors import RefusedInput
from feeds.catalogue import LoadedFeed
from feeds.limits import DeliverySpec
from ingest import tables as t
from ingest.adopting import adopted
from ingest.changes import Derived
from ingest.errors import HeldBatch
from ingest.history import Step, Verdict, fold, predecessor, record_verdict, request_for, summarise
from ingest.landing import UNOPENED, known_at_from_name
from ingest.ledger import check_lease, engine, transaction
from ingest.parse import JUDGED_BY, Parsed, load_parsed, parse
from ingest.tolerances import in_force, limits
from settings import Settings

#: Below this many records a quarantine share says nothing.
_MIN_RECORDS = 20


@dataclass(frozen=True)
class DeliveryOutcome:
    """What became of one delivery (``accepted`` to ``marked`` count records over all kinds, ``rows`` file rows)."""

    delivery_id: str
    feed_id: str
    file_name: str
    state: str
    reason: str | None
    message: str | None
    rows: int = 0
    accepted: int = 0
    quarantined: int = 0
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    marked: int = 0
    """Records that began or ceased to wait for a correction (their content stays)."""

    @property
    def is_change(self) -> bool:
        """True when the warehouse has something to show anew."""
        return self.inserted + self.updated + self.deleted + self.marked > 0


def waiting(settings: Settings, feed: LoadedFeed) -> list[Any]:
    """Deliveries of a feed to judge, in known-at order: new ones, and held ones whose feed file was edited since."""
    table = t.delivery
    query = sa.select(table).where(table.c.feed_id == feed.spec.feed_id, table.c.state.in_(("landed", "held")))
    with engine(settings).connect() as connection:
        # Sorted here: to have them in order, SQLite would walk through all deliveries of the feed.
        rows = sorted(connection.execute(query), key=lambda row: row.known_at)
    mark = _mark(feed)
    return [row for row in rows if row.state == "landed" or (row.summary or {}).get("feed_file", mark) != mark]


def _mark(feed: LoadedFeed) -> str:
    """Changes with whatever in a feed file may let a held delivery in."""
    return hashlib.sha256(feed.spec.model_dump_json(include=JUDGED_BY).encode()).hexdigest()[:16]


def process(settings: Settings, feed: LoadedFeed, row: Any, token: int) -> DeliveryOutcome:
    """Judge one waiting delivery and record what became of it.

    Raises:
        LeaseLost: another process took the feed over; nothing was recorded.
        Fault: an invariant of ours is broken; nothing was recorded.
    """
    try:
        if row.reason in UNOPENED:
            raise RefusedInput(row.reason, row.message)
        row = adopted(settings, feed, row, token)
        if row.known_from == "arrival" and not row.released and row.corrects is None:
            known_at_from_name(feed.spec, row.file_name, row.landed_at)
        parsed = _repetition(settings, feed, row) or parse(settings, request_for(settings, feed, row))
        if not row.released:
            check_limits(settings, feed, row.known_at, parsed)
        verdict = Verdict(row.delivery_id, "applied", None, None, summarise(parsed), parsed.verdict)
        step = Step(row.delivery_id, row.known_at, parsed)
        check = None if row.released else _delete_limit(limits(feed, row.known_at), parsed)
        fold(settings, feed, token, row.known_at, [step], verdict, check=check)
    except (RefusedInput, HeldBatch) as error:
        state = "held" if isinstance(error, HeldBatch) else "refused"
        facts = error.facts if isinstance(error, HeldBatch) else {}
        told = {"rows": 0, **facts, "feed_file": _mark(feed)}
        verdict = Verdict(row.delivery_id, state, error.code, str(error), told, {})
        with transaction(settings) as connection:
            check_lease(connection, settings, feed.spec.feed_id, token)
            record_verdict(connection, settings, verdict, {})
    return outcome_of(settings, row.delivery_id)


def _delete_limit(limit: DeliverySpec, parsed: Parsed) -> Callable[[Derived], None]:
    """Check that a full delivery does not take away more records than the row floor would let it lack.

    A file as long as the one before may still be another one: the second half of the feed, or another district.
    """

    def check(derived: Derived) -> None:
        for kind, counts in derived.counts.items() if limit.mode == "full" else ():
            before = counts["delete"] + counts["update"] + counts["unchanged"] + counts["mark"]
            gone, lacking = counts["delete"], 1 - limit.min_row_ratio
            if gone >= _MIN_RECORDS and gone > before * lacking:
                raise HeldBatch(
                    "delete_limit",
                    f"{gone:,} of {before:,} {kind} records are not in this file any more; without a person's decision "
                    f"a full delivery may take away {lacking:.0%}. Is it a part of the feed, or somebody else's file?",
                    rows=parsed.rows,
                )

    return check


def _repetition(settings: Settings, feed: LoadedFeed, row: Any) -> Parsed | None:
    """The predecessor's parsed form when the bytes are the same and no verdict could differ by the later instant."""
    before = predecessor(settings, feed.spec.feed_id, row.known_at)
    if before is None or before.sha256 != row.sha256 or row.corrects is not None:
        return None
    parsed = load_parsed(settings.home / before.files["parsed"])
    old = request_for(settings, feed, _At(row, before.known_at, before.delivery_id))
    same_rules = old.fingerprint() == parsed.folder.name
    clean = parsed.bad_rows == 0 and not any(counts.quarantined for counts in parsed.kinds.values())
    same_exceptions = in_force(feed, before.known_at) == in_force(feed, row.known_at)
    return parsed if same_rules and same_exceptions and clean else None


class _At:
    """A delivery row as if it had arrived at another instant."""

    def __init__(self, row: Any, known_at: Any, delivery_id: str) -> None:
        self.sha256, self.released, self.file_name = row.sha256, row.released, row.file_name
        self.known_at, self.delivery_id, self.corrects = known_at, delivery_id, None


def check_limits(settings: Settings, feed: LoadedFeed, known_at: datetime, parsed: Parsed) -> None:
    """Compare a parsed delivery with its feed's limits and its predecessor.

    Raises:
        HeldBatch: ``row_floor`` or ``quarantine_limit``.
    """
    limit = limits(feed, known_at)
    if limit.mode == "full":
        before = predecessor(settings, feed.spec.feed_id, known_at)
        floor = before.summary["rows"] * limit.min_row_ratio if before is not None else 1
        if parsed.rows < floor or parsed.rows == 0:
            than = f"the delivery before it had {before.summary['rows']:,}" if before is not None else "it is the first"
            raise HeldBatch(
                "row_floor",
                f"The file has {parsed.rows:,} rows; {than}, and a full delivery must have at least "
                f"{limit.min_row_ratio:.0%} of that. Applying it would delete what is missing.",
                rows=parsed.rows,
            )
    for kind, counts in parsed.kinds.items():
        share = counts.quarantined / counts.records if counts.records else 0
        if counts.records >= _MIN_RECORDS and share > limit.max_quarantine_ratio:
            raise HeldBatch(
                "quarantine_limit",
                f"{counts.quarantined:,} of {counts.records:,} {kind} records ({share:.0%}) break a rule; more than "
                f"{limit.max_quarantine_ratio:.0%} are not applied without a person's decision.",
                rows=parsed.rows,
            )


def outcome_of(settings: Settings, delivery_id: str) -> DeliveryOutcome:
    """What the ledger says of a delivery."""
    with engine(settings).connect() as connection:
        row = connection.execute(sa.select(t.delivery).where(t.delivery.c.delivery_id == delivery_id)).one()
    return to_outcome(row)


def to_outcome(row: Any) -> DeliveryOutcome:
    """A row of the delivery table as an outcome."""
    summary = row.summary or {}
    kinds, changes = summary.get("kinds", {}).values(), summary.get("changes", {}).values()
    return DeliveryOutcome(
        delivery_id=row.delivery_id,
        feed_id=row.feed_id,
        file_name=row.file_name,
        state=row.state,
        reason=row.reason,
        message=row.message,
        rows=summary.get("rows", 0),
        accepted=sum(kind["accepted"] for kind in kinds),
        quarantined=sum(kind["quarantined"] for kind in kinds) + summary.get("bad_rows", 0),
        inserted=sum(change["insert"] for change in changes),
        updated=sum(change["update"] for change in changes),
        deleted=sum(change["delete"] for change in changes),
        unchanged=sum(change["unchanged"] for change in changes),
        marked=sum(change["mark"] + change["clear"] for change in changes),
    )
