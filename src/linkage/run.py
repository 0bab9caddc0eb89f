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
from linkage.memberships import Changes, record
from linkage.mentions import compare
from linkage.people import changes
from linkage.policy import GRADES, POLICY, Policy
from linkage.resolve import resolve

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
    from linkage import review

    model, last = store.current_model(settings), store.last_run(settings)
    version = _version(model.version, policy)
    anew = full or last is None or not store.has_files(last) or last.model_version != version
    with store.working(settings, None if anew else last) as (db, folder):
        total, new = compare(db, source, anew)
        say(f"{total:,} mentions, {new:,} of them new or changed; {'full relink' if anew else 'incremental'}")
        resolve(db, model, "mention", verdicts(settings), policy, anew)
        found = {grade: changes(settings, db, grade, new_key, anew) for grade in GRADES}
        waiting = review.refresh(db, policy, anew)
        counts = _counts(db, found) | {"mentions": total, "new_or_changed": new, "review": waiting}
        db.execute("checkpoint state")
        with transaction(settings) as connection:
            check_lease(connection, settings, _LEASE, token)
            inserted = connection.execute(
                lt.link_run.insert().values(
                    finished_at=settings.now(), model_version=version, state=folder.name, counts=counts
                )
            )
            run_id = int(inserted.inserted_primary_key[0])  # type: ignore[index]
            for grade in GRADES:
                record(connection, settings, grade, found[grade], run_id)
    store.sweep(settings, folder)
    return LinkResult(run_id=run_id, is_full=anew, model_version=model.version, **counts)


def _version(model: str, policy: Policy) -> str:
    """Model, settings and the engine whose hashes are kept: when one changes, everything is linked anew."""
    import hashlib

    import duckdb

    said = repr((sorted(policy.describe().items()), duckdb.__version__))
    return f"{model}/{hashlib.sha256(said.encode()).hexdigest()[:8]}"


def _counts(db: duckdb.DuckDBPyConnection, found: dict[str, Changes]) -> dict[str, Any]:
    people, action_people, nobody = db.execute(
        "select count(*) filter (unique_id = linked), count(*) filter (unique_id = action), "
        "(select count(*) from state.content) - count(*) from state.partition"
    ).fetchall()[0]
    events = [event for change in found.values() for event in change.events]
    return {
        "people": int(people), "action_people": int(action_people), "nobody": int(nobody),
        "merges": sum(e.kind == "merge" for e in events), "splits": sum(e.kind != "merge" for e in events),
        "changed": any(c.opened or c.closed for c in found.values()),
    }  # fmt: skip


def adopted(settings: Settings) -> str:
    """Version of the model in use."""
    try:
        return store.current_model(settings).version
    except LinkageError:
        return "none"
