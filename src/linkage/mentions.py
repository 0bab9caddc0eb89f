"""Where mentions come from: ``restricted.person_mention`` of the warehouse, as one Parquet file for this run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkage.errors import LinkageError

if TYPE_CHECKING:
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
        db.execute(f"copy (from restricted.person_mention order by mention_key) to '{target}' (format parquet)")
    target.chmod(0o600)
    return f"read_parquet('{target}')"
