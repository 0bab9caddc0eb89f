"""From partitions to people: what changed against the memberships that the ledger holds, and the recording of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ingest import link_tables as lt
from ingest.ledger import engine
from linkage.keys import Event, NewKey, assign

if TYPE_CHECKING:
    import duckdb

    from settings import Settings

_CHUNK = 20_000
#: Mentions named as evidence of one event; the rest are counted.
_SHOWN = 20


@dataclass(frozen=True)
class Changes:
    """Memberships to open (mention, person) and to close (mention), people to create and to retire, events."""

    opened: list[tuple[str, str]]
    closed: list[str]
    created: list[str]
    retired: dict[str, str | None]
    events: list[Event]
    evidence: dict[str, list[dict[str, Any]]]


def changes(settings: Settings, db: duckdb.DuckDBPyConnection, grade: str, new_key: NewKey) -> Changes:
    """Compare column ``grade`` of table ``partition`` with the ledger."""
    _load_before(settings, db, grade)
    db.execute(
        f"create or replace temp table lk_now as select p.unique_id as mention_key, p.{grade} as label, b.person_key, "
        "b.is_open from partition as p left join lk_before as b on b.mention_key = p.unique_id"
    )
    # A cluster stands when its mentions are exactly the open mentions of one person.
    db.execute(
        "create or replace temp table lk_moved as with size as (select person_key, count(*) as n from lk_before "
        "where is_open group by 1), seen as (select label, count(*) as n, count(*) filter (is_open) as known, "
        "count(distinct person_key) as people, any_value(person_key) as person_key from lk_now group by 1) "
        "select label from seen left join size using (person_key) where not (seen.people = 1 and seen.known = seen.n "
        "and size.n = seen.n)"
    )
    rows = db.execute(
        "select label, list(mention_key order by mention_key) from lk_now where label in (from lk_moved) "
        "group by 1 order by min(mention_key)"
    ).fetchall()
    clusters = [row[1] for row in rows]
    before = dict(
        db.execute(
            "select mention_key, person_key from lk_now where label in (from lk_moved) and person_key is not null"
        ).fetchall()
    )
    was_open = {
        row[0]
        for row in db.execute("select mention_key from lk_now where label in (from lk_moved) and is_open").fetchall()
    }
    sids = dict(
        db.execute(
            "select unique_id, area || sid from feature_used where sid is not null and unique_id in "
            "(select mention_key from lk_now where label in (from lk_moved))"
        ).fetchall()
    )
    born, merged = _people(settings, grade, set(before.values()))
    result = assign(clusters, before, born, sids, merged, new_key)
    gone = [
        row[0]
        for row in db.execute(
            "select mention_key from lk_before where is_open and mention_key not in (select unique_id from partition) "
            "order by 1"
        ).fetchall()
    ]
    opened, closed = [], list(gone)
    for members, key in zip(clusters, result.keys, strict=True):
        for mention in members:
            stays = before.get(mention) == key and mention in was_open
            if not stays:
                opened.append((mention, key))
                if mention in was_open:
                    closed.append(mention)
    return Changes(opened, closed, result.created, result.retired, result.events, _evidence(db, result.events))


def _load_before(settings: Settings, db: duckdb.DuckDBPyConnection, grade: str) -> None:
    """``lk_before``: the newest membership of every mention ever linked at this grade."""
    import pyarrow as pa

    table = lt.person_membership
    columns = sa.select(table.c.mention_key, table.c.person_key).where(table.c.grade == grade)
    with engine(settings).connect() as connection:
        rows = connection.execute(columns.where(table.c.valid_to.is_(None))).all()
        # few were closed: the newest of those stands for a mention that belongs to nobody now
        ended = connection.execute(columns.where(table.c.valid_to.is_not(None)).order_by(table.c.valid_from)).all()
    is_open = {mention for mention, _ in rows} if ended else set()
    closed = {mention: person for mention, person in ended if mention not in is_open}
    mentions, people = zip(*rows, *closed.items(), strict=True) if rows or closed else ((), ())
    arrow = pa.table({
        "mention_key": pa.array(mentions, pa.string()), "person_key": pa.array(people, pa.string()),
        "is_open": pa.array([True] * len(rows) + [False] * len(closed), pa.bool_()),
    })  # fmt: skip
    db.register("lk_arrow", arrow)
    db.execute("create or replace temp table lk_before as from lk_arrow")
    db.unregister("lk_arrow")


def _people(settings: Settings, grade: str, keys: set[str]) -> tuple[dict[str, datetime], dict[str, set[str]]]:
    """When each person was created, and which keys were merged into it before."""
    born: dict[str, datetime] = {}
    merged: dict[str, set[str]] = defaultdict(set)
    with engine(settings).connect() as connection:
        for chunk in _chunks(sorted(keys), 500):
            query = sa.select(lt.person.c.person_key, lt.person.c.created_at).where(lt.person.c.person_key.in_(chunk))
            born.update({row.person_key: row.created_at for row in connection.execute(query)})
            events = sa.select(lt.person_event).where(
                lt.person_event.c.grade == grade, lt.person_event.c.kind == "merge",
                lt.person_event.c.person_to.in_(chunk),
            )  # fmt: skip
            for row in connection.execute(events):
                merged[row.person_to].add(row.person_from)
    return born, dict(merged)


def _evidence(db: duckdb.DuckDBPyConnection, events: list[Event]) -> dict[str, list[dict[str, Any]]]:
    """Per event (its first mention) the strongest edges of the mentions that moved."""
    found: dict[str, list[dict[str, Any]]] = {}
    for event in events[:2000]:
        rows = db.execute(
            "select unique_id_l, unique_id_r, round(match_weight, 2), veto from vetoed where unique_id_l in "
            "(select unnest($1)) or unique_id_r in (select unnest($1)) order by match_weight desc limit 3",
            [list(event.mentions[:_SHOWN])],
        ).fetchall()
        found[event.mentions[0]] = [{"pair": [a, b], "weight": w, "veto": veto} for a, b, w, veto in rows]
    return found


def record(connection: sa.Connection, settings: Settings, grade: str, found: Changes, run_id: int) -> None:
    """Write the changes of one grade; the caller's transaction holds them together."""
    now = settings.now()
    member, person = lt.person_membership, lt.person
    for mentions in _chunks(found.closed, 500):
        connection.execute(
            member.update()
            .where(member.c.grade == grade, member.c.valid_to.is_(None), member.c.mention_key.in_(mentions))
            .values(valid_to=now)
        )
    for keys in _chunks(found.created, _CHUNK):
        connection.execute(
            person.insert(),
            [
                {"person_key": k, "grade": grade, "status": "active", "created_at": now, "created_run": run_id}
                for k in keys
            ],
        )
    for pairs in _chunks(found.opened, _CHUNK):
        connection.execute(
            member.insert(),
            [
                {"mention_key": m, "grade": grade, "valid_from": now, "person_key": p, "run_id": run_id}
                for m, p in pairs
            ],
        )
    for key, target in found.retired.items():
        connection.execute(
            person.update().where(person.c.person_key == key).values(status="retired", redirect_to=target)
        )
        # Keys that were redirected to the retired one follow it, so that a redirect is never more than one step.
        connection.execute(person.update().where(person.c.redirect_to == key).values(redirect_to=target))
    for event in found.events:
        evidence = {"mentions": list(event.mentions[:_SHOWN]), "count": len(event.mentions),
                    "edges": found.evidence.get(event.mentions[0], [])}  # fmt: skip
        connection.execute(
            lt.person_event.insert().values(
                run_id=run_id, happened_at=now, kind=event.kind, grade=grade, person_from=event.person_from,
                person_to=event.person_to, evidence=evidence,
            )
        )  # fmt: skip


def _chunks(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
