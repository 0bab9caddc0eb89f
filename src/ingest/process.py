"""One waiting delivery: parsed, checked against its feed's limits, applied, held or refused."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from connectors.errors import RefusedInput
from feeds.catalogue import LoadedFeed
from ingest import tables as t
from ingest.errors import HeldBatch
from ingest.history import Step, Verdict, fold, predecessor, record_verdict, request_for
from ingest.landing import known_at_from_name
from ingest.ledger import check_lease, engine, transaction
from ingest.parse import Parsed, load_parsed, parse
from settings import Settings

#: Below this many records a quarantine share says nothing.
_MIN_RECORDS = 20


@dataclass(frozen=True)
class DeliveryOutcome:
    """What became of one delivery (``accepted`` to ``unchanged`` count records over all kinds, ``rows`` file rows)."""

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


def waiting(settings: Settings, feed_id: str) -> list[Any]:
    """Deliveries of a feed that nobody has judged yet, in known-at order."""
    query = sa.select(t.delivery).where(t.delivery.c.feed_id == feed_id, t.delivery.c.state == "landed")
    with engine(settings).connect() as connection:
        return list(connection.execute(query.order_by(t.delivery.c.known_at)).all())


def process(settings: Settings, feed: LoadedFeed, row: Any, token: int) -> DeliveryOutcome:
    """Judge one waiting delivery and record what became of it.

    Raises:
        LeaseLost: another process took the feed over; nothing was recorded.
        Fault: an invariant of ours is broken; nothing was recorded.
    """
    try:
        if row.known_from == "arrival" and not row.released:
            known_at_from_name(feed.spec, row.file_name)
        parsed = _repetition(settings, feed, row) or parse(settings, request_for(settings, feed, row))
        if not row.released:
            _check_limits(settings, feed, row, parsed)
        verdict = Verdict(row.delivery_id, "applied", None, None, summarise(parsed), parsed.verdict)
        fold(settings, feed, token, row.known_at, [Step(row.delivery_id, row.known_at, parsed)], verdict)
    except (RefusedInput, HeldBatch) as error:
        state = "held" if isinstance(error, HeldBatch) else "refused"
        rows = error.rows if isinstance(error, _LimitHeld) else 0
        verdict = Verdict(row.delivery_id, state, error.code, str(error), {"rows": rows}, {})
        with transaction(settings) as connection:
            check_lease(connection, settings, feed.spec.feed_id, token)
            record_verdict(connection, verdict, settings.now(), {})
    return outcome_of(settings, row.delivery_id)


class _LimitHeld(HeldBatch):
    """Held by a limit, after the file was read: the receipt can tell how many rows it had."""

    def __init__(self, code: str, message: str, rows: int) -> None:
        super().__init__(code, message)
        self.rows = rows


def _repetition(settings: Settings, feed: LoadedFeed, row: Any) -> Parsed | None:
    """The predecessor's parsed form when the bytes are the same and no verdict could differ by the later instant."""
    before = predecessor(settings, feed.spec.feed_id, row.known_at)
    if before is None or before.sha256 != row.sha256:
        return None
    parsed = load_parsed(settings.home / before.files["parsed"])
    old = request_for(settings, feed, _At(row, before.known_at, before.delivery_id))
    same_rules = old.fingerprint() == parsed.folder.name
    clean = parsed.bad_rows == 0 and not any(counts.quarantined for counts in parsed.kinds.values())
    return parsed if same_rules and clean else None


class _At:
    """A delivery row as if it had arrived at another instant."""

    def __init__(self, row: Any, known_at: Any, delivery_id: str) -> None:
        self.sha256, self.released = row.sha256, row.released
        self.known_at, self.delivery_id = known_at, delivery_id


def _check_limits(settings: Settings, feed: LoadedFeed, row: Any, parsed: Parsed) -> None:
    limits = feed.spec.delivery
    if limits.mode == "full":
        before = predecessor(settings, feed.spec.feed_id, row.known_at)
        floor = before.summary["rows"] * limits.min_row_ratio if before is not None else 1
        if parsed.rows < floor or parsed.rows == 0:
            than = f"the delivery before it had {before.summary['rows']:,}" if before is not None else "it is the first"
            raise _LimitHeld(
                "row_floor",
                f"The file has {parsed.rows:,} rows; {than}, and a full delivery must have at least "
                f"{limits.min_row_ratio:.0%} of that. Applying it would delete what is missing.",
                parsed.rows,
            )
    for kind, counts in parsed.kinds.items():
        share = counts.quarantined / counts.records if counts.records else 0
        if counts.records >= _MIN_RECORDS and share > limits.max_quarantine_ratio:
            raise _LimitHeld(
                "quarantine_limit",
                f"{counts.quarantined:,} of {counts.records:,} {kind} records ({share:.0%}) break a rule; more than "
                f"{limits.max_quarantine_ratio:.0%} are not applied without a person's decision.",
                parsed.rows,
            )


def summarise(parsed: Parsed) -> dict[str, Any]:
    """The counts that the ledger keeps of a parsed delivery."""
    return {
        "rows": parsed.rows,
        "bad_rows": parsed.bad_rows,
        "layout": parsed.layout,
        "kinds": {kind: asdict(counts) for kind, counts in parsed.kinds.items()},
    }


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
    )
