"""What people decide about deliveries: release, reject, withdraw. Every decision is recorded with who and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from feeds.catalogue import load_feed
from governance.decisions import Asked, Outcome, decide, listed, takes_effect
from ingest import tables as t
from ingest.errors import UnknownDelivery, WrongState
from ingest.history import Verdict, fold
from ingest.ledger import engine, lease, transaction
from ingest.receipts.write import write_waiting
from settings import Settings


@dataclass(frozen=True)
class HeldBatch:
    """A delivery that waits for a person."""

    delivery_id: str
    feed_id: str
    file_name: str
    reason: str
    message: str


def held(settings: Settings) -> list[HeldBatch]:
    """Deliveries that wait for a person, oldest first."""
    query = sa.select(t.delivery).where(t.delivery.c.state == "held").order_by(t.delivery.c.landed_at)
    with engine(settings).connect() as connection:
        rows = connection.execute(query).all()
    return [HeldBatch(r.delivery_id, r.feed_id, r.file_name, r.reason, r.message) for r in rows]


def release(settings: Settings, delivery_id: str, who: str, why: str) -> Outcome:
    """Let a held delivery in: the next drain of its feed applies it at its place in time, limits set aside.

    Raises:
        UnknownDelivery, WrongState: there is no such held delivery.
        WrongDecision: who or why is missing, or the second person is the first.
    """
    return _decide(settings, "release", delivery_id, who, why, {"state": "landed", "released": True})


def reject(settings: Settings, delivery_id: str, who: str, why: str) -> Outcome:
    """Decide that a held delivery is never applied; its bytes stay in landing.

    Raises:
        UnknownDelivery, WrongState, WrongDecision: as in :func:`release`.
    """
    outcome = _decide(settings, "reject", delivery_id, who, why, {"state": "rejected", "receipted": False})
    write_waiting(settings, load_feed(settings, delivery_row(settings, delivery_id).feed_id))
    return outcome


def withdraw(settings: Settings, delivery_id: str, who: str, why: str) -> Outcome:
    """Undo an applied delivery as if it had never arrived; bytes, decision and superseded change sets stay.

    Raises:
        UnknownDelivery, WrongState: there is no such applied delivery.
        WrongDecision: who or why is missing, or the second person is the first.
        LeaseBusy: the feed is being worked on.
    """
    row = delivery_row(settings, delivery_id)
    if row.state != "applied":
        raise WrongState("not_applied", f"{delivery_id} is {row.state}, not applied; there is nothing to withdraw.")
    feed, asked = load_feed(settings, row.feed_id), decision_about("withdraw", row, who, why)
    with transaction(settings) as connection:
        if not takes_effect(connection, settings, asked):
            return decide(connection, settings, asked)
    with lease(settings, row.feed_id) as token:
        verdict = Verdict(delivery_id, "withdrawn", "withdrawn", why, row.summary or {}, {}, asked)
        fold(settings, feed, token, row.known_at, [], verdict, leaving=delivery_id)
        write_waiting(settings, feed)
    with engine(settings).connect() as connection:
        decided = [d for d in listed(connection, "withdraw", delivery_id) if d["is_effective"]][-1]
    return Outcome(decided["decision_id"], True, decided["confirms"])


def delivery_row(settings: Settings, delivery_id: str) -> Any:
    """A row of the delivery table.

    Raises:
        UnknownDelivery: there is no such delivery.
    """
    with engine(settings).connect() as connection:
        row = connection.execute(sa.select(t.delivery).where(t.delivery.c.delivery_id == delivery_id)).first()
    if row is None:
        raise UnknownDelivery(
            "unknown_delivery", f"There is no delivery {delivery_id!r}; `nnsc feeds deliveries` lists them."
        )
    return row


def _decide(settings: Settings, kind: str, delivery_id: str, who: str, why: str, values: dict[str, Any]) -> Outcome:
    """Decide about a held delivery, and carry it out when nobody else has to agree."""
    row = delivery_row(settings, delivery_id)
    mine = sa.and_(t.delivery.c.delivery_id == delivery_id, t.delivery.c.state == "held")
    with transaction(settings) as connection:
        if connection.execute(sa.select(t.delivery.c.state).where(mine)).first() is None:
            raise WrongState("not_held", f"{delivery_id} is {row.state}, not held; nothing was decided.")
        outcome = decide(connection, settings, decision_about(kind, row, who, why))
        if outcome.is_effective and connection.execute(t.delivery.update().where(mine).values(**values)).rowcount != 1:
            raise WrongState("not_held", f"{delivery_id} was decided by somebody else just now; nothing was decided.")
    return outcome


def decision_about(kind: str, row: Any, who: str, why: str, detail: dict[str, Any] | None = None) -> Asked:
    """A decision about a delivery; what was seen is its state, reason and counts (messages may quote the file)."""
    seen = {"feed_id": row.feed_id, "file_sha256": row.sha256, "state": row.state, "reason": row.reason}
    return Asked(kind, row.delivery_id, who, why, {**seen, "rows": (row.summary or {}).get("rows")}, detail)
