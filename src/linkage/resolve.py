"""One relink in a DuckDB connection: from mentions to clusters. Knows no ledger and no warehouse.

Each stage brings the tables that it keeps (``state``) up to date with what changed before it. With ``anew`` everything
changed: a full relink is the same stages upon nothing, and both end in the same tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from linkage import blocks, decisions, features, fillers, groups, pairs, profiles, rules, state
from linkage.policy import POLICY, Policy

if TYPE_CHECKING:
    import duckdb

    from linkage.decisions import Verdict
    from linkage.train import Model


def resolve(
    db: duckdb.DuckDBPyConnection, model: Model, mentions: str, verdicts: Sequence[Verdict] = (),
    policy: Policy = POLICY, anew: bool = True,
) -> None:  # fmt: skip
    """Resolve the relation ``mentions``.

    Unless ``anew``, ``mentions`` has to hold the new and changed mentions only, and the table ``lk_gone`` the keys of
    the changed and withdrawn ones; the result is that of a full relink with the same model and settings.
    """
    features.build(db, mentions, "feature_new", policy)
    if anew:
        db.execute("create or replace temp table lk_gone (unique_id varchar)")
    else:
        db.execute("create or replace temp table feature_gone as from state.feature where unique_id in (from lk_gone)")
    state.replace(db, "feature", "feature_new", "lk_gone", anew)
    decisions.tabulate(db, verdicts, policy, anew)
    spoken_of = sorted({key for verdict in verdicts if verdict.parts or verdict.joins for key in verdict.pair})
    fillers.refresh(db, policy, anew)
    profiles.refresh(db, spoken_of, anew)
    blocks.refresh(db, policy, anew)
    pairs.refresh(db, model, policy, anew)
    rules.veto_ambiguous(db, policy, anew)
    groups.refresh(db, verdicts, policy, anew)
