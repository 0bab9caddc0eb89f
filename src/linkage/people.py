"""From partitions to people: what changed against the memberships that the ledger holds."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from linkage import memberships
from linkage.keys import Event, NewKey, assign
from linkage.memberships import SHOWN, Changes

if TYPE_CHECKING:
    import duckdb

    from settings import Settings

#: Events with evidence; a run that makes more of them is a new model, which the notes of the run say.
_EXPLAINED = 2000


def changes(settings: Settings, db: duckdb.DuckDBPyConnection, grade: str, new_key: NewKey, anew: bool) -> Changes:
    """Compare column ``grade`` of ``state.partition`` with the ledger.

    Unless ``anew``, clusters that the newest run left with the same mentions stand in the ledger as they are.
    """
    _look(db, grade, anew)
    left = memberships.load(settings, db, grade, anew)
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
    born, merged = memberships.people(settings, grade, set(before.values()))
    result = assign(clusters, before, born, _sids(db), merged, new_key)
    opened, closed = [], left
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
        "count(old) and count(distinct old) = 1 and count(*) = any_value(size.n))"
    )  # fmt: skip
    db.execute(
        "create or replace temp table lk_looked as select * from "
        f"(select unique_id as mention_key, {grade} as label from lk_now) where not ({stands})"
    )


def _sids(db: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """State numbers of the mentions that moved, as compared (a crowded one is none)."""
    rows = db.execute(
        "select m.mention_key, n.area || n.sid from lk_moved as m join lk_member as p on p.unique_id = m.mention_key "
        "join lk_node as n on n.unique_id = p.profile where n.sid is not null"
    ).fetchall()
    return dict(rows)


def _evidence(db: duckdb.DuckDBPyConnection, events: list[Event]) -> dict[str, list[dict[str, Any]]]:
    """Per event (its first mention) the strongest edges of the mentions that moved."""
    shown = [(event.mentions[0], key) for event in events[:_EXPLAINED] for key in event.mentions[:SHOWN]]
    if not shown:
        return {}
    firsts, keys = zip(*shown, strict=True)
    rows = db.execute(
        "with shown as (select unnest($1::varchar[]) as first, unnest($2::varchar[]) as unique_id), "
        "near as (select first, e.* from shown join lk_edge as e on e.unique_id_l = shown.unique_id union "
        "select first, e.* from shown join lk_edge as e on e.unique_id_r = shown.unique_id) "
        "select first, unique_id_l, unique_id_r, round(match_weight, 2), veto from near "
        "qualify row_number() over (partition by first order by match_weight desc, unique_id_l, unique_id_r) <= 3 "
        "order by first, match_weight desc, unique_id_l, unique_id_r",
        [list(firsts), list(keys)],
    ).fetchall()
    found: dict[str, list[dict[str, Any]]] = {first: [] for first in firsts}
    for first, a, b, weight, veto in rows:
        found[first].append({"pair": [a, b], "weight": weight, "veto": veto})
    return found
