"""One relink in a DuckDB connection: features, scores, vetoes, partitions. Knows no ledger and no warehouse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkage import features as feature
from linkage import fillers, profiles, rules
from linkage.cluster import Partition, Said, cluster
from linkage.nodes import Nodes, read_edges, read_nodes
from linkage.policy import POLICY, Policy
from linkage.score import score

if TYPE_CHECKING:
    import duckdb

    from linkage.train import Model

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Decided:
    """Pairs of mention keys that people spoke about."""

    different: Pairs
    same_action: Pairs
    same_linked: Pairs


@dataclass(frozen=True)
class Resolved:
    """Nodes and partitions; the tables ``feature`` (as known), ``feature_used``, ``vetoed`` stay in the connection."""

    nodes: Nodes
    partition: Partition
    scored: int
    nobody: int


def resolve(
    db: duckdb.DuckDBPyConnection, model: Model, mentions: str, decided: Decided | None = None, old: bool = False,
    policy: Policy = POLICY,
) -> Resolved:  # fmt: skip
    """Resolve the relation ``mentions``; with ``old`` the tables ``feature_old`` and ``edge_old`` are built upon.

    With ``old``, ``mentions`` has to hold the new and changed mentions only, and ``lk_gone`` the keys of the changed
    and withdrawn ones. The result is that of a full relink with the same model.
    """
    nobody = feature.build(db, mentions, "feature_new", policy)
    if old:
        db.execute(
            "create or replace table feature as select * from feature_old where unique_id not in (from lk_gone) "
            "union all by name select * from feature_new"
        )
    else:
        db.execute("create or replace table feature as from feature_new")
    _use(db, policy, decided, old)
    scored = _score(db, model, policy, old)
    rules.veto_ambiguous(db, "vetoed", "feature_used", policy)
    nodes = read_nodes(db, "feature_used")
    edges = read_edges(db, "vetoed", "feature_used", policy.linked_weight)
    partition = cluster(nodes, edges, _said(nodes, decided), policy)
    _outcomes(db, nodes, edges, partition)
    return Resolved(nodes, partition, scored, nobody)


def _use(db: duckdb.DuckDBPyConnection, policy: Policy, decided: Decided | None, old: bool) -> None:
    """``feature_used``: without crowded ids, with blocks. ``lk_touched``: whose edges have to be scored."""
    crowded = fillers.crowded_ids(db, "feature", policy)
    db.execute("create or replace table feature_used as from feature")
    fillers.blank(db, "feature_used", crowded)
    spoken_of = sorted({key for pairs in vars(decided).values() for pair in pairs for key in pair}) if decided else []
    profiles.collapse(db, "feature_used", "profile", spoken_of)
    feature.add_blocks(db, "feature_used", policy)
    if old:
        # An id that became a filler, or a block that became too large (or ceased to be), changes all pairs in it.
        same = " and ".join(f"u.{c} is not distinct from o.{c}" for c in (*fillers.IDS, "huge"))
        db.execute(
            "create or replace temp table lk_touched as select u.unique_id from feature_used as u "
            f"left join used_old as o on o.unique_id = u.unique_id where o.unique_id is null or not ({same}) "
            "or u.unique_id in (select unique_id from feature_new)"
        )


def _score(db: duckdb.DuckDBPyConnection, model: Model, policy: Policy, old: bool) -> int:
    if not old:
        count = score(db, model, "feature_used", "edge", policy=policy)
        rules.add_vetoes(db, "edge", "feature_used", "vetoed", policy)
        return count
    for name, condition in (("feature_a", "not in"), ("feature_b", "in")):
        db.execute(f"create or replace table {name} as from feature_used where unique_id {condition} (from lk_touched)")
    count = 0
    if db.execute("select count(*) from feature_b").fetchall()[0][0]:
        count = score(db, model, "feature_a", "edge", new="feature_b", policy=policy)
        rules.add_vetoes(db, "edge", "feature_used", "vetoed_new", policy)
    else:
        db.execute("create or replace table vetoed_new as select * exclude (outcome) from edge_old limit 0")
    db.execute(
        "create or replace temp table lk_lost as from lk_touched union from lk_gone union "
        "select unique_id from used_old where unique_id not in (select unique_id from feature_used)"
    )
    lost = "(from lk_lost)"
    db.execute(
        "create or replace table vetoed as select * exclude (outcome) "
        f"replace (nullif(veto, '{rules.AMBIGUOUS}') as veto) from edge_old where unique_id_l not in {lost} "
        f"and unique_id_r not in {lost} union all by name from vetoed_new"
    )
    return count


def _said(nodes: Nodes, decided: Decided | None) -> Said:
    import numpy as np

    if decided is None:
        return Said.nothing()
    wanted = sorted({key for pairs in vars(decided).values() for pair in pairs for key in pair})
    at = np.searchsorted(nodes.keys, np.array(wanted, dtype=object)) if wanted else np.empty(0, dtype=int)
    rows = {k: int(i) for k, i in zip(wanted, at, strict=True) if i < len(nodes.keys) and nodes.keys[i] == k}

    def numbers(pairs: Pairs) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
        known = [(rows[a], rows[b]) for a, b in pairs if a in rows and b in rows]
        return np.array(known, dtype=np.int32).reshape(-1, 2)

    return Said(numbers(decided.different), numbers(decided.same_action), numbers(decided.same_linked))


def _outcomes(db: duckdb.DuckDBPyConnection, nodes: Nodes, edges: object, partition: Partition) -> None:
    """``partition`` (unique_id, linked, action) and ``vetoed.outcome``: what the clustering made of each edge."""
    import pyarrow as pa

    from linkage.nodes import Edges

    assert isinstance(edges, Edges)
    labels = pa.table({"unique_id": pa.array(nodes.keys, pa.string()), "linked": partition.linked,
                       "action": partition.action})  # fmt: skip
    outcome = pa.table({"a": pa.array(nodes.keys[edges.left], pa.string()),
                        "b": pa.array(nodes.keys[edges.right], pa.string()), "outcome": partition.outcome})  # fmt: skip
    for name, table in (("lk_label", labels), ("lk_outcome", outcome)):
        db.register("lk_arrow", table)
        db.execute(f"create or replace table {name} as from lk_arrow")
        db.unregister("lk_arrow")
    db.execute(
        "create or replace table partition as select p.unique_id, l.linked, l.action, p.profile from profile as p "
        "join lk_label as l on l.unique_id = p.profile"
    )
    db.execute(
        "create or replace table vetoed as select v.*, o.outcome from vetoed as v left join lk_outcome as o "
        "on o.a = v.unique_id_l and o.b = v.unique_id_r"
    )
