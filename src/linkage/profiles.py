"""Records that one agency repeats unchanged: one profile is compared instead of each of them.

A daily census lists the same inmate three hundred times a year; compared with each other these records would give
45,000 pairs and no evidence. Mentions of one agency with an id and in every feature equal are one profile; what people
decided about is never folded away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def collapse(db: duckdb.DuckDBPyConnection, features: str, target: str, spoken_of: list[str]) -> None:
    """Create ``target`` (unique_id, profile: the smallest key of its like) and keep only profiles in ``features``."""
    columns = [row[0] for row in db.execute(f"describe {features}").fetchall() if row[0] != "unique_id"]
    like = ", ".join(f'"{column}"' for column in columns)
    db.execute("create or replace temp table lk_spoken as select unnest($1::varchar[]) as unique_id", [spoken_of])
    db.execute(
        f"create or replace table {target} as select unique_id, min(unique_id) over (partition by {like}, "
        "case when coalesce(sid, fbi, local) is null or unique_id in (select unique_id from lk_spoken) "
        f"then unique_id end) as profile from {features}"
    )
    db.execute(f"delete from {features} where unique_id in (select unique_id from {target} where unique_id <> profile)")
