"""What a run keeps for the next one: the tables named ``state.*``, and how their rows are replaced.

``state`` is the attached file of a run (``store``), or a schema in memory where nothing is to be kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

#: Table -> its grain and meaning. Tables named ``lk_*`` and ``feature_new`` live for one run.
TABLES = {
    "content": "mention as read: a hash of it, and whether it is a record that people act on",
    "feature": "mention that can be somebody, as features know it",
    "crowded": "id (kind, value) that stands for too many people",
    "profile": "mention that can be somebody: a hash of all that is compared, and the smallest mention alike",
    "used": "profile that is compared: its ids without crowded ones, hashes of its blocks, bits of the huge ones",
    "edge": "pair of profiles at the review weight: the parts of its weight, and what speaks against it",
    "ambiguous": "profile of no known age that fits people of different generations",
    "partition": "mention: labels of its cluster at each grade and of its component, each the smallest profile in it",
    "verdict": "pair that people spoke of, and what holds for it",
    "review": "two clusters that wait for people: their strongest open pair",
}


def in_memory(db: duckdb.DuckDBPyConnection) -> None:
    """A state that ends with the connection."""
    db.execute("create schema if not exists state")


def replace(db: duckdb.DuckDBPyConnection, table: str, rows: str, gone: str, anew: bool) -> None:
    """Put the relation ``rows`` in place of the rows whose ``unique_id`` stands in the relation ``gone``."""
    if anew:
        db.execute(f"create or replace table state.{table} as from {rows}")
        return
    db.execute(f"delete from state.{table} where unique_id in (select unique_id from {gone})")
    db.execute(f"insert into state.{table} by name from {rows}")


def take_in(db: duckdb.DuckDBPyConnection, name: str, arrow: pa.Table) -> None:
    """Create a table for one run from what Python made."""
    db.register("lk_arrow", arrow)
    db.execute(f"create or replace temp table {name} as from lk_arrow")
    db.unregister("lk_arrow")


def count(db: duckdb.DuckDBPyConnection, query: str) -> int:
    """The one number that a query gives."""
    return int(db.execute(query).fetchall()[0][0])


@contextmanager
def one_thread(db: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Samples repeat and sums of floats come out alike only in one thread."""
    threads = count(db, "select current_setting('threads')")
    db.execute("set threads = 1")
    try:
        yield
    finally:
        db.execute(f"set threads = {threads}")
