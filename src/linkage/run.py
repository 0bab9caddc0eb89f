"""``nnsc link run``: relink what changed; files are written first, then keys, memberships and events at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest import link_tables as lt
from ingest.ledger import check_lease, lease, transaction
from linkage import store
from linkage.decisions import verdicts
from linkage.errors import LinkageError
from linkage.keys import NewKey, random_key
from linkage.people import Changes, changes, record
from linkage.policy import GRADES, MEMORY, POLICY, Policy
from linkage.resolve import Decided, Resolved, resolve

if TYPE_CHECKING:
    import duckdb

    from settings import Settings

OnEvent = Callable[[str], None]
_LEASE = "people/linkage"


@dataclass(frozen=True)
class LinkResult:
    """What one run did. ``changed`` is False when every membership stood already."""

    run_id: int
    mentions: int
    new_or_changed: int
    nobody: int
    people: int
    action_people: int
    merges: int
    splits: int
    review: int
    is_full: bool
    changed: bool
    model_version: str


def run(
    settings: Settings, full: bool = False, new_key: NewKey = random_key, policy: Policy = POLICY,
    on_event: OnEvent | None = None, source: str | None = None,
) -> LinkResult:  # fmt: skip
    """Link the mentions that the warehouse holds now, or those of ``source`` (SQL that gives its columns).

    Raises:
        LinkageError: the warehouse has no mentions table yet.
        LeaseBusy: another process is linking.
    """
    from linkage.mentions import mentions_file

    with lease(settings, _LEASE) as token:
        given = source or mentions_file(settings)
        return _run(settings, token, given, full, new_key, policy, on_event or (lambda text: None))


def _run(settings: Settings, token: int, source: str, full: bool, new_key: NewKey, policy: Policy,
         say: OnEvent) -> LinkResult:  # fmt: skip
    import duckdb

    from linkage import review

    model, last = store.current_model(settings), store.last_run(settings)
    full = full or last is None or not store.has_files(last) or last.model_version != _version(model.version, policy)
    work = settings.private_dir(settings.work / "linkage")
    db = duckdb.connect(config={"threads": settings.threads, "memory_limit": MEMORY, "temp_directory": str(work)})
    try:
        total, new = _mentions(db, source, None if full else last)
        say(f"{total:,} mentions, {new:,} of them new or changed; {'full relink' if full else 'incremental'}")
        done = resolve(db, model, "mention", _decided(settings, policy), old=not full, policy=policy)
        found = {grade: changes(settings, db, grade, new_key) for grade in GRADES}
        waiting = review.build(db, settings, policy)
        folder = store.new_folder(settings)
        _write(db, folder)
        counts = _counts(total, new, done, found, waiting, full)
        with transaction(settings) as connection:
            check_lease(connection, settings, _LEASE, token)
            inserted = connection.execute(
                lt.link_run.insert().values(
                    finished_at=settings.now(), model_version=_version(model.version, policy), state=folder.name,
                    counts=counts,
                )
            )  # fmt: skip
            run_id = int(inserted.inserted_primary_key[0])  # type: ignore[index]
            for grade in GRADES:
                record(connection, settings, grade, found[grade], run_id)
        store.sweep(settings, folder)
    finally:
        db.close()
    return LinkResult(run_id=run_id, is_full=full, model_version=model.version, **counts)


def _version(model: str, policy: Policy) -> str:
    """Model and settings: when either changes, everything is linked anew."""
    import hashlib

    return f"{model}/{hashlib.sha256(repr(sorted(policy.describe().items())).encode()).hexdigest()[:8]}"


def _mentions(db: duckdb.DuckDBPyConnection, source: str, last: store.LastRun | None) -> tuple[int, int]:
    """``mention`` with what has to be looked at, ``lk_gone`` with what changed or left; returns all and new."""
    from linkage.features import INPUT_COLUMNS

    columns = ", ".join(INPUT_COLUMNS)
    db.execute(
        f"create table mention_all as select {columns}, record_kind, md5(row({columns})::varchar) as content "
        f"from {source}"
    )
    total = int(db.execute("select count(*) from mention_all").fetchall()[0][0])
    if last is None:
        db.execute("create view mention as from mention_all")
        return total, total
    for name, file in (
        ("feature_old", "feature"),
        ("edge_old", "edge"),
        ("used_old", "used"),
        ("content_old", "content"),
    ):
        db.execute(f"create table {name} as from {last.table(file)}")
    db.execute(
        "create table lk_gone as select o.mention_key from content_old as o left join mention_all as m "
        "using (mention_key) where m.mention_key is null or m.content <> o.content"
    )
    db.execute(
        "create table mention as select m.* from mention_all as m left join content_old as o using (mention_key) "
        "where o.mention_key is null or m.content <> o.content"
    )
    return total, int(db.execute("select count(*) from mention").fetchall()[0][0])


def _decided(settings: Settings, policy: Policy) -> Decided:
    found = verdicts(settings)
    return Decided(
        [v.pair for v in found if v.parts],
        [v.pair for v in found if v.joins_for_action(policy)],
        [v.pair for v in found if v.joins],
    )


def _write(db: duckdb.DuckDBPyConnection, folder: Any) -> None:
    for name, query in (
        ("feature", "from feature order by unique_id"),
        ("used", "select unique_id, sid, fbi, local, huge from feature_used order by unique_id"),
        ("edge", "from vetoed order by unique_id_l, unique_id_r"),
        ("content", "select mention_key, content from mention_all order by mention_key"),
        ("review", "from review order by dependents desc, match_weight desc nulls last, unique_id_l"),
        ("partition", "from partition order by unique_id"),
    ):
        db.execute(f"copy ({query}) to '{folder / f'{name}.parquet'}' (format parquet)")


def _counts(total: int, new: int, done: Resolved, found: dict[str, Changes], waiting: int,
            full: bool) -> dict[str, Any]:  # fmt: skip
    import numpy as np

    events = [event for change in found.values() for event in change.events]
    return {
        "mentions": total, "new_or_changed": new, "nobody": done.nobody,
        "people": len(np.unique(done.partition.linked)), "action_people": len(np.unique(done.partition.action)),
        "merges": sum(e.kind == "merge" for e in events), "splits": sum(e.kind != "merge" for e in events),
        "review": waiting, "changed": any(c.opened or c.closed for c in found.values()),
    }  # fmt: skip


def adopted(settings: Settings) -> str:
    """Version of the model in use."""
    try:
        return store.current_model(settings).version
    except LinkageError:
        return "none"
