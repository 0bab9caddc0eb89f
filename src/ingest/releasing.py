"""What people decide about records in quarantine: process them again with today's feed file, or never apply them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from feeds.catalogue import load_feed
from governance.decisions import decide, takes_effect
from ingest import tables as t
from ingest.errors import WrongState
from ingest.history import Step, Verdict, fold, reparse, summarise
from ingest.ledger import engine, lease, transaction
from ingest.parse import Parsed, load_parsed
from ingest.quarantine import REJECT, accepted, records
from ingest.reading import own_database
from ingest.receipts.write import write_waiting
from ingest.sqltext import literal
from ingest.stewardship import decision_about, delivery_row
from settings import Settings

#: Kind of the decision that a delivery's quarantined records are processed again.
RELEASE = "release_records"


@dataclass(frozen=True)
class Released:
    """What a release did (records)."""

    delivery_id: str
    released: int
    """0 while a second person has to agree."""
    left: int


def release_records(settings: Settings, delivery_id: str, who: str, why: str) -> Released:
    """Process a delivery's quarantined records again with today's feed file; no other record of it changes.

    Raises:
        UnknownDelivery: there is no such delivery.
        WrongState: it is not applied; none of its quarantined records passes now; or today's feed file would change
            accepted records as well, which is a replay and not a release.
        LeaseBusy: the feed is being worked on.
        HeldBatch, RefusedInput: today's feed file does not fit the delivery.
    """
    row = delivery_row(settings, delivery_id)
    feed = load_feed(settings, row.feed_id)
    with lease(settings, row.feed_id) as token:
        old = _applied(settings, delivery_id)
        step = reparse(settings, feed, row)
        released, left = _only_quarantine(row.feed_id, old, step.parsed)
        if not released:
            raise WrongState(
                "still_broken",
                f"None of the quarantined records of {delivery_id} passes with today's jurisdictions/{row.feed_id}.yml "
                f"({left:,} still break a rule). Correct the feed file first; `nnsc quarantine show {delivery_id}`.",
            )
        decided = decision_about(RELEASE, row, who, why, {"released": released, "left": left})
        with transaction(settings) as connection:
            if not takes_effect(connection, settings, decided):
                decide(connection, settings, decided)
                return Released(delivery_id, 0, released + left)
        summary = summarise(step.parsed)
        verdict = Verdict(delivery_id, "applied", None, None, summary, step.parsed.verdict, decided)
        fold(settings, feed, token, row.known_at, [Step(delivery_id, row.known_at, step.parsed)], verdict)
        write_waiting(settings, feed)
    return Released(delivery_id, released, left)


def reject_records(settings: Settings, delivery_id: str, who: str, why: str) -> int:
    """Decide that a delivery's open quarantined records are never applied; how many. They stay where they lie.

    Raises:
        UnknownDelivery: there is no such delivery.
        WrongState: none of its records is open.
    """
    row = delivery_row(settings, delivery_id)
    places = [list(record.place) for record in records(settings, delivery_id) if record.closed_by is None]
    if not places:
        raise WrongState("nothing_open", f"No quarantined record of {delivery_id} is open; nothing was decided.")
    with transaction(settings) as connection:
        asked = decision_about(REJECT, row, who, why, {"records": places})
        outcome = decide(connection, settings, asked)
    return len(places) if outcome.is_effective else 0


def _applied(settings: Settings, delivery_id: str) -> Parsed:
    sets = t.change_set
    query = sa.select(sets.c.files).where(sets.c.delivery_id == delivery_id, sets.c.active)
    with engine(settings).connect() as connection:
        files = connection.execute(query).scalar()
    if files is None:
        raise WrongState("not_applied", f"{delivery_id} is not applied: its records are in no quarantine of their own.")
    return load_parsed(settings.home / files["parsed"])


def _only_quarantine(feed_id: str, old: Parsed, new: Parsed) -> tuple[int, int]:
    """Records released and records left, when nothing but quarantined records differs between two judgements.

    Raises:
        WrongState: ``not_only_quarantine`` when accepted records would change too.
    """
    with own_database() as connection:
        changed, released, left = _compared(connection, old, new)
    if changed:
        raise WrongState(
            "not_only_quarantine",
            f"Today's jurisdictions/{feed_id}.yml changes {changed:,} accepted records of this delivery too. That "
            f"is no release of quarantined records: `nnsc replay {feed_id}` derives the feed's history anew.",
        )
    return released, left


def _compared(connection: Any, old: Parsed, new: Parsed) -> tuple[int, int, int]:
    """Accepted records that differ, quarantined ones that are let in, and those left."""
    was, now = literal(str(old.quarantine)), literal(str(new.quarantine))
    connection.execute(f"create temp table held as select record_kind, row_number, record_no from read_parquet({was})")
    released = changed = 0
    for kind in sorted(old.kinds.keys() | new.kinds.keys()):
        for name, parsed in (("before", old), ("after", new)):
            connection.execute(f"create or replace temp table {name} as {accepted(parsed, kind)}")
        connection.execute(f"""
            create or replace temp table let_in as
            select a.* from after as a semi join held as h on h.row_number = a.row_number
              and (h.record_kind = '*' or (h.record_kind = {literal(kind)} and h.record_no = a.record_no))""")
        contents = "select _key_hash, _content_hash from"
        changed += _count(connection, f"{contents} before except all {contents} after")
        others = "(select * from after as a anti join let_in as l using (row_number, record_no))"
        changed += _count(connection, f"{contents} {others} except all {contents} before")
        released += _count(connection, f"{contents} after except all {contents} before")
    return changed, released, _count(connection, f"select 1 from read_parquet({now})")


def _count(connection: Any, query: str) -> int:
    return int(connection.execute(f"select count(*) from ({query})").fetchall()[0][0])
