"""What people decide about deliveries: release, reject, withdraw. Every decision is recorded with who and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from feeds.catalogue import load_feed
from ingest import tables as t
from ingest.errors import UnknownDelivery, WrongState
from ingest.history import Verdict, fold
from ingest.ledger import engine, lease, transaction
from ingest.receipts import write_waiting
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


def release(settings: Settings, delivery_id: str, who: str, why: str) -> None:
    """Let a held delivery in: the next drain of its feed applies it at its place in time, limits set aside.

    Raises:
        UnknownDelivery, WrongState: there is no such held delivery.
    """
    _decide(settings, "release", delivery_id, who, why, "held", {"state": "landed", "released": True})


def reject(settings: Settings, delivery_id: str, who: str, why: str) -> None:
    """Decide that a held delivery is never applied; its bytes stay in landing.

    Raises:
        UnknownDelivery, WrongState: there is no such held delivery.
    """
    _decide(settings, "reject", delivery_id, who, why, "held", {"state": "rejected", "receipted": False})
    write_waiting(settings, load_feed(settings, _row(settings, delivery_id).feed_id))


def withdraw(settings: Settings, delivery_id: str, who: str, why: str) -> None:
    """Undo an applied delivery as if it had never arrived; bytes, decision and superseded change sets stay.

    Raises:
        UnknownDelivery, WrongState: there is no such applied delivery.
        LeaseBusy: the feed is being worked on.
    """
    row = _row(settings, delivery_id)
    if row.state != "applied":
        raise WrongState("not_applied", f"{delivery_id} is {row.state}, not applied; there is nothing to withdraw.")
    feed = load_feed(settings, row.feed_id)
    with lease(settings, row.feed_id) as token:
        decision = _decision("withdraw", who, why)
        verdict = Verdict(delivery_id, "withdrawn", "withdrawn", why, row.summary or {}, {}, decision)
        fold(settings, feed, token, row.known_at, [], verdict, leaving=delivery_id)
        write_waiting(settings, feed)


def _row(settings: Settings, delivery_id: str) -> Any:
    with engine(settings).connect() as connection:
        row = connection.execute(sa.select(t.delivery).where(t.delivery.c.delivery_id == delivery_id)).first()
    if row is None:
        raise UnknownDelivery(
            "unknown_delivery", f"There is no delivery {delivery_id!r}; `nnsc feeds deliveries` lists them."
        )
    return row


def _decide(
    settings: Settings, kind: str, delivery_id: str, who: str, why: str, wanted: str, values: dict[str, Any]
) -> None:
    row, decision = _row(settings, delivery_id), _decision(kind, who, why)
    with transaction(settings) as connection:
        mine = sa.and_(t.delivery.c.delivery_id == delivery_id, t.delivery.c.state == wanted)
        if connection.execute(t.delivery.update().where(mine).values(**values)).rowcount != 1:
            raise WrongState(f"not_{wanted}", f"{delivery_id} is {row.state}, not {wanted}; nothing was decided.")
        decided = t.decision.insert().values(subject=delivery_id, decided_at=settings.now(), **decision)
        connection.execute(decided)


def _decision(kind: str, who: str, why: str) -> dict[str, str]:
    if not who.strip() or not why.strip():
        raise WrongState("no_reason", "A decision needs who decided and why.")
    return {"kind": kind, "who": who, "why": why}
