"""What DAGs, the command line and tests call: load, transform, publish, build, query."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from feeds.catalogue import load_catalogue
from feeds.contracts import load_contracts
from governance.decisions import Asked, decide
from governance.recipients import chosen, generation, recipients, rotate
from governance.suspicion import suspicion_policy
from ingest.configuration import note_changes
from ingest.crosswalk import decisions
from ingest.ledger import transaction
from settings import Settings
from warehouse import load as loading
from warehouse import publish as publishing
from warehouse import query as querying
from warehouse import transform as transforming
from warehouse.changes import ChangeSetLike, plan
from warehouse.dbt_runner import dbt_manifest, project_digest
from warehouse.engine import engine_for
from warehouse.load import LoadResult, last_load
from warehouse.people import stamped
from warehouse.publish import PublishResult
from warehouse.query import QueryResult
from warehouse.reading import note_question
from warehouse.recipients import Delivered, write_for
from warehouse.reference import digest, reference_rows
from warehouse.tables import has_loads
from warehouse.transform import TransformResult

OnEvent = Callable[[str], None]


@dataclass(frozen=True)
class BuildResult:
    """What one build did; ``transformed`` is None where the models of the build before stand."""

    loaded: LoadResult
    transformed: TransformResult | None
    published: PublishResult


def pending(settings: Settings, change_sets: Sequence[ChangeSetLike] | None = None) -> int:
    """Change sets that a load would bring or remove."""
    active = _active(settings, change_sets)
    engine = engine_for(settings)
    if not engine.exists():
        return len(active)
    with engine.session() as db:
        return plan(db, active).size if has_loads(db) else len(active)


def load(
    settings: Settings, change_sets: Sequence[ChangeSetLike] | None = None, on_event: OnEvent | None = None
) -> LoadResult:
    """Make ``raw`` hold exactly the active change sets (those of ingest, unless a list is given).

    Raises:
        LoadError: a change set's files are absent or disagree; nothing of this load was kept.
    """
    note_changes(settings, with_models=True)
    return loading.load(settings, _active(settings, change_sets), load_catalogue(settings), on_event)


def transform(
    settings: Settings, select: str | None = None, full_refresh: bool = False, on_event: OnEvent | None = None
) -> TransformResult:
    """Build and test the models with dbt; see :func:`warehouse.transform.transform`.

    Raises:
        TransformError: a model or a test failed; the publication stays as it was.
    """
    return transforming.transform(settings, select, full_refresh, on_event)


def publish(settings: Settings, on_event: OnEvent | None = None) -> PublishResult:
    """Publish the newest build whose tests passed.

    Raises:
        PublishError: the newest build is not fit to be published.
    """
    return publishing.publish(settings, load_contracts(settings.contracts), on_event)


def build(
    settings: Settings,
    change_sets: Sequence[ChangeSetLike] | None = None,
    full_refresh: bool = False,
    on_event: OnEvent | None = None,
) -> BuildResult:
    """Load, transform, test, publish; each only where something is to be done.

    Raises:
        WarehouseError: a step failed; the publication stays as it was.
    """
    loaded = load(settings, change_sets, on_event)
    run_id = _settled_run(settings, loaded.load_id)
    transformed = None
    if run_id is None or full_refresh:
        transformed = transform(settings, full_refresh=full_refresh, on_event=on_event)
        run_id = transformed.run_id
    elif on_event:
        on_event("Nothing changed since the last build; its models and tests stand.")
    published = publishing.standing(settings, run_id) or publish(settings, on_event)
    return BuildResult(loaded, transformed, published)


def is_settled(settings: Settings, change_sets: Sequence[ChangeSetLike] | None = None) -> bool:
    """True when the publication shows every active change set, feed file and dbt model: a build would do nothing."""
    if not engine_for(settings).exists():
        return False
    rows = reference_rows(load_catalogue(settings), suspicion_policy(settings), decisions(settings))
    with engine_for(settings).session() as db:
        if not has_loads(db) or plan(db, _active(settings, change_sets)).size:
            return False
        load_id, known = last_load(db)
    run_id = _settled_run(settings, load_id) if known == stamped(settings, digest(rows)) else None
    return run_id is not None and publishing.standing(settings, run_id) is not None


def query(settings: Settings, sql: str, number: int | None = None) -> QueryResult:
    """Ask the publication (never the warehouse), or a kept one by its number; works while a build runs.

    Raises:
        NoPublication: nothing was published yet.
        QueryError: the statement is wrong.
    """
    note_question(settings, sql, number)
    return querying.query(settings, sql, number)


def publish_for(
    settings: Settings, tier: str | None, names: tuple[str, ...] = (), who: str = "", why: str = ""
) -> list[Delivered]:
    """Write the publications of the recipients of a tier, or of those named; T3 and T4 wait for a second person.

    Raises:
        UnknownRecipient: a name is not declared, or nobody gets this tier.
        WrongDecision: T3 and T4 need who and why, and the second person cannot be the first.
        TierViolation: what was given before gives a small number away now.
    """
    engine_for(settings).close_undeclared(recipients(settings))
    return [write_for(settings, name, r, who, why) for name, r in chosen(settings, tier, names).items()]


def rotate_key(settings: Settings, recipient: str, who: str, why: str) -> int:
    """Decide that a recipient's pseudonyms get a new key from the next publication on; the key's generation.

    Raises:
        UnknownRecipient, WrongDecision: it is not declared, or who or why is missing.
    """
    chosen(settings, None, (recipient,))
    with transaction(settings) as connection:
        if not decide(connection, settings, Asked("recipient_key", recipient, who, why)).is_effective:
            return generation(settings, recipient)
    return rotate(settings, recipient)


def _settled_run(settings: Settings, load_id: int) -> int | None:
    """The newest run, if it passed on this load with this dbt project."""
    with engine_for(settings).session() as db:
        run = transforming.newest_run(db)
    wanted = ("passed", load_id, project_digest(settings))
    if run is None or (run.state, run.load_id, run.project_digest) != wanted:
        return None
    return run.run_id if dbt_manifest(settings).is_file() else None


def _active(settings: Settings, change_sets: Sequence[ChangeSetLike] | None) -> Sequence[ChangeSetLike]:
    if change_sets is not None:
        return change_sets
    from ingest.api import active_change_sets

    return active_change_sets(settings)
