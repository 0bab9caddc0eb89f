"""Records that one agency repeats unchanged: one profile is compared instead of each of them.

A daily census lists the same inmate three hundred times a year; compared with each other these records would give
45,000 pairs and no evidence. Mentions of one agency with an id and in every feature equal are one profile; what people
decided about is never folded away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkage import state
from linkage.fillers import blanked

if TYPE_CHECKING:
    import duckdb


def refresh(db: duckdb.DuckDBPyConnection, spoken_of: list[str], anew: bool) -> None:
    """Bring ``state.profile`` up to date.

    ``lk_profile`` has its new rows: of what came, changed, gained or lost an id, was spoken of, or is alike one of
    these. ``lk_blank`` has their features without crowded ids.
    """
    db.execute("create or replace temp table lk_spoken as select unnest($1::varchar[]) as unique_id", [spoken_of])
    like = ", ".join(f'"{row[0]}"' for row in db.execute("describe state.feature").fetchall() if row[0] != "unique_id")
    alike = (
        f"case when coalesce(sid, fbi, local) is not null and unique_id not in (from lk_spoken) then hash({like}) end"
    )
    blank = f"select *, {alike} as alike from (select {blanked('f')} from {{features}} as f)"
    if anew:
        db.execute(f"create or replace temp table lk_blank as {blank.format(features='state.feature')}")
    else:
        _blank_touched(db, blank)
    # Equal hashes are only where to look: the features themselves say what is alike.
    db.execute(
        "create or replace temp table lk_profile as select unique_id, alike, min(unique_id) over (partition by alike, "
        f"{like}, case when alike is null then unique_id end) as profile from lk_blank"
    )
    db.execute("create or replace temp view lk_profile_gone as select unique_id from lk_profile union from lk_gone")
    state.replace(db, "profile", "lk_profile", "lk_profile_gone", anew)


def _blank_touched(db: duckdb.DuckDBPyConnection, blank: str) -> None:
    db.execute(
        "create or replace temp table lk_others as (from lk_flipped union from lk_heard) "
        "except select unique_id from feature_new"
    )
    db.execute("create or replace temp table lk_redo as select unique_id from feature_new union all from lk_others")
    looked_up = "from state.feature where unique_id in"
    db.execute(
        f"create or replace temp table lk_feature as from feature_new union all by name {looked_up} (from lk_others)"
    )
    db.execute(f"create or replace temp table lk_blank as {blank.format(features='lk_feature')}")
    db.execute(
        "create or replace temp table lk_alike as select alike from lk_blank where alike is not null union "
        "select alike from state.profile where alike is not null "
        "and unique_id in (select unique_id from lk_redo union from lk_gone)"
    )
    db.execute(
        "create or replace temp table lk_mate as select unique_id from state.profile where alike in (from lk_alike) "
        "and unique_id not in (from lk_redo)"
    )
    if state.count(db, "select count(*) from lk_mate"):
        db.execute(f"create or replace temp table lk_feature as {looked_up} (from lk_mate)")
        db.execute(f"insert into lk_blank {blank.format(features='lk_feature')}")
