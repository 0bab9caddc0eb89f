"""Which earlier record a delivered one is.

Records without an id of their own (``key.ordinal``) are paired with their predecessors so that the number of updates
is the smallest possible: identical content first, then quarantined rows that were quarantined before, the rest in
content order.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from feeds.limits import DeliverySpec
from feeds.spec import RecordSpec
from ingest.sqltext import ident

if TYPE_CHECKING:
    import duckdb


def paired(
    connection: duckdb.DuckDBPyConnection, delivery: DeliverySpec, record: RecordSpec, more: Collection[str]
) -> str:
    """Query of ``new`` and ``old`` side by side: a row per record of either, apart from old ones that a delivery in
    mode append says nothing of. ``more`` names further columns of ``new``, all text."""
    earlier = "touched" if delivery.mode == "append" else "old"
    new = "".join([_NEW, *(f", n.{ident(name)}" for name in more)])
    if not record.key.ordinal:
        return _by_key(earlier, new)
    also = "".join(f"{ident(name)} varchar, " for name in more)
    connection.execute(f"create or replace temp table paired ({_PAIR_NEW}, {also}{_PAIR_OLD})")
    return _by_content(connection, earlier, new)


_PAIR_NEW = (
    "key_hash blob, slot integer, row_number bigint, record_no integer, key_text varchar, content blob, ok boolean, "
    "raw blob, window_value varchar"
)
_PAIR_OLD = "known boolean, record_key varchar, accepted blob, pending boolean, old_raw blob, old_window varchar"
_NEW = "n.row_number, n.record_no, n.key_text, n.content, n.ok, n.raw, n.window_value"
_OLD = (
    "o.key_hash is not null as known, o.record_key, o.accepted, o.pending, o.raw as old_raw, "
    "o.window_value as old_window"
)


def _by_key(earlier: str, new: str) -> str:
    """Query that joins ``new`` and the earlier records by key."""
    return f"""
        select coalesce(n.key_hash, o.key_hash) as key_hash, 0 as slot, {new}, {_OLD}
        from new as n full outer join {earlier} as o on n.key_hash = o.key_hash"""


def _by_content(connection: duckdb.DuckDBPyConnection, earlier: str, new: str) -> str:
    """Fill ``paired`` with ``new`` and the earlier records, joined by key and content; the query that reads it."""
    new_left = "(select * from new anti join paired using (row_number, record_no))"
    old_left = f"(select * from {earlier} anti join paired using (key_hash, slot))"
    connection.execute(f"""
        insert into paired select n.key_hash, o.slot, {new}, {_OLD}
        from (select *, row_number() over (partition by key_hash, content order by row_number, record_no) as k
              from new where ok) as n
        join (select *, row_number() over (partition by key_hash, accepted order by pending, slot) as k
              from {earlier} where accepted is not null) as o
          on n.key_hash = o.key_hash and n.content = o.accepted and n.k = o.k""")
    connection.execute(f"""
        insert into paired select n.key_hash, o.slot, {new}, {_OLD}
        from (select *, row_number() over (partition by key_hash, raw order by row_number, record_no) as k
              from {new_left} where not ok) as n
        join (select *, row_number() over (partition by key_hash, raw order by slot) as k
              from {old_left} where raw is not null) as o
          on n.key_hash = o.key_hash and n.raw = o.raw and n.k = o.k""")
    connection.execute(f"""
        insert into paired select coalesce(n.key_hash, o.key_hash), o.slot, {new}, {_OLD}
        from (select *, row_number() over (
                partition by key_hash order by not ok, content, raw, row_number, record_no) as k from {new_left}) as n
        full outer join (select *, row_number() over (
                partition by key_hash order by accepted is null, accepted, slot) as k from {old_left}) as o
          on n.key_hash = o.key_hash and n.k = o.k""")
    _give_slots(connection)
    return "from paired"


def _give_slots(connection: duckdb.DuckDBPyConnection) -> None:
    """New records take the smallest numbers that are free among the records of their key."""
    connection.execute("""
        update paired set slot = free.slot from (
            select need.row_number, need.record_no,
                list_filter(range(0, coalesce(len(used.slots), 0) + need.k),
                            lambda s: not list_contains(coalesce(used.slots, []), s))[need.k] as slot
            from (select key_hash, row_number, record_no, row_number() over (
                    partition by key_hash order by not ok, content, raw, row_number, record_no) as k
                  from paired where slot is null) as need
            left join (select key_hash, list(slot) as slots from paired where slot is not null group by 1) as used
                using (key_hash)
        ) as free
        where paired.row_number = free.row_number and paired.record_no = free.record_no""")
