"""A delivery asks the ledger as little when it is long as when it is short."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import sqlalchemy as sa

from ingest import tables as t
from ingest.api import drain, fetch
from ingest.ledger import engine, transaction
from settings import Settings
from support.world import at, drop, rows, write_feed

FEED = "us_test/arrest"
NOW = at("2025-03-01")
_STEPS = 100


def _land(settings: Settings, number: int) -> None:
    path = drop(settings, f"f{number:03d}.csv", rows(*(f"B{number}-{n},2025-02-15,30" for n in range(4))))
    fetch(settings, FEED, [path], NOW + timedelta(hours=number))


def _apply(settings: Settings) -> None:
    assert [outcome.state for outcome in drain(settings, FEED).deliveries] == ["applied"]


def _lengthen(settings: Settings, first: int, last: int) -> None:
    """Deliveries of the last ninety days, with change sets and measures, as the real one left them."""
    with transaction(settings) as connection:
        shown = connection.execute(sa.select(t.delivery).order_by(t.delivery.c.known_at)).first()
        assert shown is not None
        mine = shown.delivery_id
        changes = connection.execute(sa.select(t.change_set).where(t.change_set.c.delivery_id == mine)).one()
        measured = connection.execute(sa.select(t.metric).where(t.metric.c.delivery_id == mine)).all()
        assert measured
        past = [{"delivery_id": f"past-{n}", "known_at": NOW - timedelta(minutes=n + 1)} for n in range(first, last)]
        rest = [{k: v for k, v in row._mapping.items() if k != "metric_id"} for row in measured]
        connection.execute(
            t.delivery.insert(), [{**shown._mapping, **one, "identity": one["delivery_id"]} for one in past]
        )
        connection.execute(
            t.change_set.insert(),
            [{**changes._mapping, **one, "change_set_id": f"{one['delivery_id']}.1", "load_seq": -first - number - 1}
             for number, one in enumerate(past)],
        )  # fmt: skip
        connection.execute(
            t.metric.insert(), [{**row, "delivery_id": one["delivery_id"]} for one in past for row in rest]
        )


@contextmanager
def _counting(settings: Settings) -> Iterator[list[int]]:
    """Hundreds of steps that SQLite's machine takes for the ledger inside the block."""
    steps = [0]

    def step() -> None:
        steps[0] += 1

    def connected(connection: object, _: object) -> None:
        connection.set_progress_handler(step, _STEPS)  # type: ignore[attr-defined]

    used = engine(settings)
    sa.event.listen(used, "connect", connected)
    try:
        yield steps
    finally:
        sa.event.remove(used, "connect", connected)


def _cost(settings: Settings, number: int) -> int:
    _land(settings, number)
    with _counting(settings) as steps:
        _apply(settings)
    return steps[0]


def test_the_steps_of_a_delivery_do_not_grow_with_the_ledger(settings: Settings) -> None:
    write_feed(settings)
    _cost(settings, 0)
    _lengthen(settings, 0, 120)  # more history than a delivery is compared with
    short = _cost(settings, 1)
    _lengthen(settings, 120, 1_500)
    assert 0 < _cost(settings, 2) <= 1.2 * short
