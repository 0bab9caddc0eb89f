"""Who is clustered anew, and what came of it.

Clustering goes along usable edges and what people joined, so that a connected component of these is clustered by
itself: what it becomes depends on nothing outside of it. Components with nothing new in them stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from linkage import blocks, state
from linkage.cluster import Partition, Said, cluster
from linkage.decisions import Verdict
from linkage.nodes import READ, Nodes, read_edges, read_nodes
from linkage.policy import Policy

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    from numpy.typing import NDArray

Pairs = list[tuple[str, str]]


def refresh(db: duckdb.DuckDBPyConnection, verdicts: Sequence[Verdict], policy: Policy, anew: bool) -> None:
    """Bring ``state.partition`` up to date.

    ``lk_now`` has the new rows of the partition, ``lk_was`` the rows before of all in it and of what left. ``lk_edge``
    and ``lk_outcome`` have the edges that were looked at, and what the clustering made of them.
    """
    _members(db, policy, anew)
    _edges(db, anew)
    among = None if anew else "select profile from lk_member"
    db.execute(f"create or replace temp table lk_node as select {', '.join(READ)} from ({blocks.live(policy, among)})")
    nodes = read_nodes(db, "lk_node")
    edges, places = read_edges(db, "lk_edge", "lk_node", policy.linked_weight)
    found = cluster(nodes, edges, _said(nodes, verdicts, policy), policy)
    _register(db, nodes, places, found)
    db.execute(
        "create or replace temp table lk_now as select m.unique_id, l.linked, l.action, l.component "
        "from lk_member as m join lk_label as l on l.unique_id = m.profile"
    )
    if anew:
        db.execute("create or replace temp table lk_was as from lk_now limit 0")
    else:
        db.execute(
            "create or replace temp table lk_was as from state.partition where unique_id in "
            "(select unique_id from lk_now union from lk_gone)"
        )
    state.replace(db, "partition", "lk_now", "lk_was", anew)


def _members(db: duckdb.DuckDBPyConnection, policy: Policy, anew: bool) -> None:
    """``lk_member``: every mention of each component that something touched, with its profile."""
    if anew:
        db.execute("create or replace temp table lk_member as select unique_id, profile from state.profile")
        return
    db.execute(
        "create or replace temp table lk_seed as from lk_lost union from lk_turned "
        "union select unique_id from lk_profile "
        "union select unnest([unique_id_l, unique_id_r]) from "
        f"(select unique_id_l, unique_id_r from edge_new where match_weight >= {policy.linked_weight} and veto is null "
        f"union all select unique_id_l, unique_id_r from state.edge where match_weight >= {policy.linked_weight} "
        "and (unique_id_l in (from lk_turned) or unique_id_r in (from lk_turned)))"
        # Whom people joined to a mention that left has no edge to it when it comes back.
        "union select unnest([low, high]) from (select low, high from state.verdict where joins "
        "and (low in (select unique_id from lk_profile) or high in (select unique_id from lk_profile)))"
    )
    db.execute(
        "create or replace temp table lk_component as select distinct component from state.partition "
        "where unique_id in (from lk_seed)"
    )
    db.execute(
        "create or replace temp table lk_member as select unique_id, profile from state.profile where unique_id in "
        "(select unique_id from state.partition where component in (from lk_component) "
        "union select unique_id from lk_profile)"
    )


def _edges(db: duckdb.DuckDBPyConnection, anew: bool) -> None:
    """``lk_edge``: the edges of these profiles, also to others, and the row of ``state.edge`` that is the ``place``."""
    of = "(select profile from lk_member)"
    near = "" if anew else f"where unique_id_l in {of} or unique_id_r in {of}"
    db.execute(
        "create or replace temp table lk_edge as select rowid as place, unique_id_l, unique_id_r, match_weight, veto "
        f"from state.edge {near}"
    )


def _said(nodes: Nodes, verdicts: Sequence[Verdict], policy: Policy) -> Said:
    import numpy as np

    wanted = sorted({key for verdict in verdicts for key in verdict.pair})
    at = np.searchsorted(nodes.keys, np.array(wanted, dtype=object)) if wanted else np.empty(0, dtype=int)
    rows = {k: int(i) for k, i in zip(wanted, at, strict=True) if i < len(nodes.keys) and nodes.keys[i] == k}

    def numbers(pairs: Pairs) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
        known = [(rows[a], rows[b]) for a, b in pairs if a in rows and b in rows]
        return np.array(known, dtype=np.int32).reshape(-1, 2)

    return Said(
        numbers([v.pair for v in verdicts if v.parts]),
        numbers([v.pair for v in verdicts if v.joins_for_action(policy)]),
        numbers([v.pair for v in verdicts if v.joins]),
    )


def _register(db: duckdb.DuckDBPyConnection, nodes: Nodes, places: NDArray[np.int64], found: Partition) -> None:
    """``lk_label``: the labels of each profile, as keys; ``lk_outcome``: what the clustering made of each edge."""
    import pyarrow as pa

    keys = pa.array(nodes.keys, pa.string())
    labels = pa.table(
        {"unique_id": keys}
        | {name: keys.take(pa.array(getattr(found, name))) for name in ("linked", "action", "component")}
    )
    outcomes = pa.table({"place": places, "outcome": found.outcome})
    state.take_in(db, "lk_label", labels)
    state.take_in(db, "lk_outcome", outcomes)
