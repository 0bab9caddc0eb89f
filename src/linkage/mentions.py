"""Where mentions come from (``restricted.person_mention`` of the warehouse, as a Parquet file), and which are new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkage import state
from linkage.errors import LinkageError
from linkage.features import INPUT_COLUMNS

if TYPE_CHECKING:
    import duckdb

    from settings import Settings


def mentions_file(settings: Settings) -> str:
    """Copy the mentions as known now out of the warehouse (which stays free for others); returns SQL that reads them.

    Raises:
        LinkageError: the warehouse was not built yet.
    """
    from warehouse.engine import engine_for

    target = settings.private_dir(settings.work / "linkage") / "mention.parquet"
    engine = engine_for(settings)
    if not engine.exists():
        raise LinkageError("There is no warehouse yet; run `nnsc build` first.")
    with engine.session() as db:
        known = db.execute(
            "select count(*) from information_schema.tables where table_schema = 'restricted' "
            "and table_name = 'person_mention'"
        ).fetchall()
        if not known[0][0]:
            raise LinkageError("The warehouse holds no restricted.person_mention; run `nnsc build` first.")
        columns = ", ".join((*INPUT_COLUMNS, "record_kind"))
        db.execute(f"copy (select {columns} from restricted.person_mention) to '{target}' (format parquet)")
    target.chmod(0o600)
    return f"read_parquet('{target}')"


def compare(db: duckdb.DuckDBPyConnection, source: str, anew: bool) -> tuple[int, int]:
    """``mention`` with what has to be looked at, ``lk_gone`` with what changed or left; returns all and new.

    Contents are compared by a hash of 64 bits, of which only a change of one and the same mention could find the same.

    Raises:
        LinkageError: a mention stands twice; what is kept for the next run would hold it twice ever after.
    """
    from linkage.review import ACTED_ON

    columns = ", ".join(INPUT_COLUMNS)
    kinds = ", ".join(f"'{kind}'" for kind in ACTED_ON)
    db.execute(
        "create or replace temp table lk_content as "
        f"select mention_key, acted_on, hash({columns}, acted_on) as content from (select {columns}, "
        f"coalesce(record_kind in ({kinds}), false) as acted_on from {source})"
    )
    total, keys = db.execute("select count(*), count(distinct mention_key) from lk_content").fetchall()[0]
    if total != keys:
        raise LinkageError(f"{total:,} mentions have only {keys:,} keys; run `nnsc build`, whose tests say which.")
    if anew:
        db.execute("create or replace table state.content as from lk_content")
        db.execute(f"create or replace temp view mention as select {columns} from {source}")
        return total, total
    db.execute(
        "create or replace temp table lk_differs as select a.mention_key as now, b.mention_key as before "
        "from lk_content as a full join state.content as b on a.mention_key = b.mention_key "
        "where a.content is distinct from b.content"
    )
    for table, column in (("lk_came", "now"), ("lk_gone", "before")):
        db.execute(
            f"create or replace temp table {table} as select {column} as unique_id from lk_differs "
            f"where {column} is not null"
        )
    came = f"select {columns} from {source} where mention_key in (from lk_came)"
    db.execute(f"create or replace temp table lk_mention as {came}")
    db.execute("create or replace temp view mention as from lk_mention")
    db.execute("delete from state.content where mention_key in (from lk_gone)")
    db.execute("insert into state.content from lk_content where mention_key in (from lk_came)")
    return total, state.count(db, "select count(*) from lk_came")
