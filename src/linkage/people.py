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
#: Events with evidence; a run that makes more of them is a new model, which the notes of the run say.
_EXPLAINED = 2000
#: Mentions asked for at once.
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


def changes(settings: Settings, db: duckdb.DuckDBPyConnection, grade: str, new_key: NewKey, anew: bool) -> Changes:
    """Compare column ``grade`` of ``state.partition`` with the ledger.

    Unless ``anew``, clusters that the newest run left with the same mentions stand in the ledger as they are.
    """
    _look(db, grade, anew)
    _load_before(settings, db, grade, anew)
    db.execute(
        "create or replace temp table lk_held as select p.mention_key, p.label, b.person_key, b.is_open "
        "from lk_looked as p left join lk_before as b on b.mention_key = p.mention_key"
    )
    # A cluster stands when its mentions are exactly the open mentions of one person.
    db.execute(
        "create or replace temp table lk_moved as with size as (select person_key, count(*) as n from lk_before "
        "where is_open group by 1), seen as (select label, count(*) as n, count(*) filter (is_open) as known, "
        "count(distinct person_key) as people, any_value(person_key) as person_key from lk_held group by 1), "
        "moved as (select label from seen left join size using (person_key) where not (seen.people = 1 "
        "and seen.known = seen.n and size.n = seen.n)) select * from lk_held where label in (from moved)"
    )
    rows = db.execute("select mention_key, label, person_key, is_open from lk_moved order by 1").fetchall()
    together: dict[str, list[str]] = defaultdict(list)
    for mention, label, _, _ in rows:
        together[label].append(mention)
    clusters = list(together.values())
    before = {mention: person for mention, _, person, _ in rows if person is not None}
    was_open = {mention for mention, _, _, is_open in rows if is_open}
    born, merged = _people(settings, grade, set(before.values()))
    result = assign(clusters, before, born, _sids(db), merged, new_key)
    opened, closed = [], _left(db)
    for members, key in zip(clusters, result.keys, strict=True):
        for mention in members:
            stays = before.get(mention) == key and mention in was_open
            if not stays:
                opened.append((mention, key))
                if mention in was_open:
                    closed.append(mention)
    return Changes(opened, closed, result.created, result.retired, result.events, _evidence(db, result.events))


def _look(db: duckdb.DuckDBPyConnection, grade: str, anew: bool) -> None:
    """``lk_looked``: mentions and labels of the clusters that are not, mention by mention, what they were before."""
    stands = "false" if anew else (
        f"label in (with size as (select {grade} as old, count(*) as n from lk_was group by 1), "
        f"pair as (select n.{grade} as label, w.{grade} as old from lk_now as n left join lk_was as w "
        "using (unique_id)) select label from pair left join size using (old) group by label having count(*) = "
        "count(old) "
        "and count(distinct old) = 1 and count(*) = any_value(size.n))"
    )  # fmt: skip
    db.execute(
        "create or replace temp table lk_looked as select * from "
        f"(select unique_id as mention_key, {grade} as label from lk_now) where not ({stands})"
    )


def _load_before(settings: Settings, db: duckdb.DuckDBPyConnection, grade: str, anew: bool) -> None:
    """``lk_before``: the newest membership of every mention that may have moved, ``anew`` of every one ever linked."""
    import pyarrow as pa

    table = lt.person_membership
    columns = sa.select(table.c.mention_key, table.c.person_key, table.c.valid_to, table.c.valid_from).where(
        table.c.grade == grade
    )
    with engine(settings).connect() as connection:
        if anew:
            rows = [tuple(row) for row in connection.execute(columns)]
        else:
            asked = db.execute("select mention_key from lk_looked union from lk_gone order by 1").fetchall()
            rows = [
                tuple(row)
                for keys in _chunks((key for (key,) in asked), _KEYS)
                for row in connection.execute(columns.where(table.c.mention_key.in_(keys)))
            ]
    # few were closed: the newest of those stands for a mention that belongs to nobody now
    held = {mention: person for mention, person, until, _ in rows if until is None}
    ended = sorted((since, mention, person) for mention, person, until, since in rows if until is not None)
    closed = {mention: person for _, mention, person in ended if mention not in held}
    arrow = pa.table({
        "mention_key": pa.array([*held, *closed], pa.string()),
        "person_key": pa.array([*held.values(), *closed.values()], pa.string()),
        "is_open": pa.array([True] * len(held) + [False] * len(closed), pa.bool_()),
    })  # fmt: skip
    db.register("lk_arrow", arrow)
    db.execute("create or replace temp table lk_before as from lk_arrow")
    db.unregister("lk_arrow")


def _sids(db: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """State numbers of the mentions that moved, as compared (a crowded one is none)."""
    rows = db.execute(
        "select m.mention_key, f.area || u.sid from lk_moved as m "
        "join state.profile as p on p.unique_id = m.mention_key join state.used as u on u.unique_id = p.profile "
        "join state.feature as f on f.unique_id = p.profile "
        "where u.sid is not null"
    ).fetchall()
    return dict(rows)


def _left(db: duckdb.DuckDBPyConnection) -> list[str]:
    """Mentions with a person that are no mentions any more."""
    rows = db.execute(
        "select mention_key from lk_before where is_open "
        "and mention_key not in (select unique_id from state.partition) order by 1"
    ).fetchall()
    return [key for (key,) in rows]


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
    shown = [(event.mentions[0], key) for event in events[:_EXPLAINED] for key in event.mentions[:_SHOWN]]
    if not shown:
        return {}
    firsts, keys = zip(*shown, strict=True)
    rows = db.execute(
        "with shown as (select unnest($1::varchar[]) as first, unnest($2::varchar[]) as unique_id), "
        "near as (select first, e.* from shown join state.edge as e on e.unique_id_l = shown.unique_id union "
        "select first, e.* from shown join state.edge as e on e.unique_id_r = shown.unique_id) "
        "select first, unique_id_l, unique_id_r, round(match_weight, 2), veto from near "
        "qualify row_number() over (partition by first order by match_weight desc, unique_id_l, unique_id_r) <= 3 "
        "order by first, match_weight desc, unique_id_l, unique_id_r",
        [list(firsts), list(keys)],
    ).fetchall()
    found: dict[str, list[dict[str, Any]]] = {first: [] for first in firsts}
    for first, a, b, weight, veto in rows:
        found[first].append({"pair": [a, b], "weight": weight, "veto": veto})
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
