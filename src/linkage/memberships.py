"""The ledger's side of people: the memberships that it holds, and the recording of what changed."""

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
from linkage import state
from linkage.errors import LinkageError
from linkage.keys import Event

if TYPE_CHECKING:
    import duckdb

    from settings import Settings

#: Mentions named as evidence of one event; the rest are counted.
SHOWN = 20
_CHUNK = 20_000
#: Keys asked for at once.
_KEYS = 900


@dataclass(frozen=True)
class Changes:
    """Memberships to open (mention, person) and to close (mention), people to create and to retire, events."""

    opened: list[tuple[str, str]]
    closed: list[str]
    created: list[str]
    retired: dict[str, str | None]
    events: list[Event]
    evidence: dict[str, list[dict[str, Any]]]


def load(settings: Settings, db: duckdb.DuckDBPyConnection, grade: str, anew: bool) -> list[str]:
    """``lk_before``: the membership of every mention that may have moved, ``anew`` of every one ever linked.

    Who belongs to nobody now and left before has the newest one that ended, where that person may be taken up again.
    Returns the mentions with a person that are no mentions any more.

    Raises:
        LinkageError: the ledger is not what the files of the newest run say.
    """
    held, ended = _all(settings, grade) if anew else _moved(settings, db, grade)
    _table(db, "lk_held_by", held)
    label = "unique_id" if anew else grade
    was = "(select mention_key as unique_id from lk_held_by)" if anew else "lk_was"
    db.execute(
        "create or replace temp table lk_before as select w.unique_id as mention_key, h.person_key, true as is_open "
        f"from {was} as w join lk_held_by as h on h.mention_key = w.{label}"
    )
    rows = db.execute(
        "select mention_key from lk_before where mention_key not in (select unique_id from lk_now) order by 1"
    ).fetchall()
    left = [key for (key,) in rows]
    _table(db, "lk_ended", _taken_up(settings, grade, ended, set(left)))
    db.execute("insert into lk_before select mention_key, person_key, false from lk_ended")
    return left


def _memberships(grade: str, is_open: bool) -> sa.Select[Any]:
    """Mention and person of the memberships that stand, or of those that ended, the newest last."""
    table = lt.person_membership.c
    query = sa.select(table.mention_key, table.person_key).where(table.grade == grade)
    if is_open:
        return query.where(table.valid_to.is_(None))
    return query.where(table.valid_to.is_not(None)).order_by(table.valid_from)


def _all(settings: Settings, grade: str) -> tuple[dict[str, str], dict[str, str]]:
    with engine(settings).connect() as connection:
        held: dict[str, str] = dict(connection.execute(_memberships(grade, True)).tuples().all())
        ended = connection.execute(_memberships(grade, False)).tuples()
        return held, {mention: person for mention, person in ended if mention not in held}


def _moved(settings: Settings, db: duckdb.DuckDBPyConnection, grade: str) -> tuple[dict[str, str], dict[str, str]]:
    """What one mention of each cluster says goes for the others: the newest run left a cluster with one person."""
    looked = "(select mention_key from lk_looked union from lk_gone)"
    labels = db.execute(f"select distinct {grade} from lk_was where unique_id in {looked} order by 1").fetchall()
    came = db.execute(
        "select mention_key from lk_looked where mention_key not in (select unique_id from lk_was) order by 1"
    ).fetchall()
    by_mention = lt.person_membership.c.mention_key
    with engine(settings).connect() as connection:
        held = dict(_asked(connection, _memberships(grade, True), by_mention, [key for (key,) in labels]))
        ended = dict(_asked(connection, _memberships(grade, False), by_mention, [key for (key,) in came]))
    if len(held) != len(labels):
        raise LinkageError(
            "The ledger knows nobody of some clusters that the newest linkage left. Was it restored from a copy? "
            "Run `nnsc link run --full`."
        )
    return held, ended


def _taken_up(settings: Settings, grade: str, ended: dict[str, str], gone: set[str]) -> dict[str, str]:
    """Whom those who left may be again: who they were, or who took that one over, unless others are that person now.

    Then they share a person with these only where linking joins them; else they are like anybody new.
    """
    person = lt.person.c
    with engine(settings).connect() as connection:
        query = sa.select(person.person_key, person.status, person.redirect_to)
        rows = _asked(connection, query, person.person_key, sorted(set(ended.values())))
        heirs = {key: key if status == "active" else target for key, status, target in rows}
        asked = sorted({heir for heir in heirs.values() if heir})
        rows = _asked(connection, _memberships(grade, True), lt.person_membership.c.person_key, asked)
        still = {key for mention, key in rows if mention not in gone}
    found = {mention: heirs[key] for mention, key in ended.items()}
    return {mention: heir for mention, heir in found.items() if heir and heir not in still}


def _asked(
    connection: sa.Connection, query: sa.Select[Any], column: sa.ColumnElement[str], keys: list[str]
) -> Iterator[Any]:
    some = query.where(column.in_(sa.bindparam("keys", expanding=True)))
    for chunk in _chunks(keys, _KEYS):
        yield from connection.execute(some, {"keys": chunk}).tuples()


def _table(db: duckdb.DuckDBPyConnection, name: str, people: dict[str, str]) -> None:
    import pyarrow as pa

    columns = {"mention_key": pa.array(people, pa.string()), "person_key": pa.array(people.values(), pa.string())}
    state.take_in(db, name, pa.table(columns))


def people(settings: Settings, grade: str, keys: set[str]) -> tuple[dict[str, datetime], dict[str, set[str]]]:
    """When each person was created, and which keys were merged into it before."""
    born: dict[str, datetime] = {}
    merged: dict[str, set[str]] = defaultdict(set)
    with engine(settings).connect() as connection:
        for chunk in _chunks(sorted(keys), _KEYS):
            query = sa.select(lt.person.c.person_key, lt.person.c.created_at).where(lt.person.c.person_key.in_(chunk))
            born.update({row.person_key: row.created_at for row in connection.execute(query)})
            events = sa.select(lt.person_event).where(
                lt.person_event.c.grade == grade, lt.person_event.c.kind == "merge",
                lt.person_event.c.person_to.in_(chunk),
            )  # fmt: skip
            for row in connection.execute(events):
                merged[row.person_to].add(row.person_from)
    return born, dict(merged)


def record(connection: sa.Connection, settings: Settings, grade: str, found: Changes, run_id: int) -> None:
    """Write the changes of one grade; the caller's transaction holds them together."""
    now = settings.now()
    member, person = lt.person_membership, lt.person
    for mentions in _chunks(found.closed, _KEYS):
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
    _follow(connection, found.retired)
    for event in found.events:
        evidence = {"mentions": list(event.mentions[:SHOWN]), "count": len(event.mentions),
                    "edges": found.evidence.get(event.mentions[0], [])}  # fmt: skip
        connection.execute(
            lt.person_event.insert().values(
                run_id=run_id, happened_at=now, kind=event.kind, grade=grade, person_from=event.person_from,
                person_to=event.person_to, evidence=evidence,
            )
        )  # fmt: skip


def _follow(connection: sa.Connection, retired: dict[str, str | None]) -> None:
    """Keys that were redirected to a retired one follow it, so that a redirect is never more than one step."""
    person = lt.person.c
    for keys in _chunks(sorted(retired), _KEYS):  # one look at all people, not one for each
        query = sa.select(person.person_key, person.redirect_to).where(person.redirect_to.in_(keys))
        for row in connection.execute(query).all():
            target = retired[row.redirect_to]
            connection.execute(lt.person.update().where(person.person_key == row.person_key).values(redirect_to=target))


def _chunks(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
