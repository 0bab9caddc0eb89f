"""The edges: pairs of profiles with the parts of their weight and what speaks against them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkage import blocks, rules, state
from linkage.policy import Policy
from linkage.score import score

if TYPE_CHECKING:
    import duckdb

    from linkage.train import Model


def refresh(db: duckdb.DuckDBPyConnection, model: Model, policy: Policy, anew: bool) -> int:
    """Bring ``state.edge`` up to date with ``state.used``; ``edge_new`` are the new ones. Returns their number.

    ``lk_edge_gone`` holds those that went.
    """
    if anew:
        db.execute(f"create or replace table lk_new as {blocks.live(policy)}")
        score(db, model, "lk_new", "lk_scored", policy=policy)
        rules.add_vetoes(db, "lk_scored", "lk_new", "edge_new", policy)
    else:
        _score_between(db, model, policy)
    if anew:
        db.execute("create or replace table state.edge as from edge_new")
    else:
        db.execute(
            "create or replace temp table lk_edge_gone as select rowid as place, unique_id_l, unique_id_r, "
            "match_weight, veto from state.edge "
            "where unique_id_l in (from lk_lost) or unique_id_r in (from lk_lost)"
        )
        db.execute("delete from state.edge where rowid in (select place from lk_edge_gone)")
        db.execute("insert into state.edge by name from edge_new")
    return state.count(db, "select count(*) from edge_new")


def _score_between(db: duckdb.DuckDBPyConnection, model: Model, policy: Policy) -> None:
    # The features of what came are at hand; those of a block that passed the largest size are looked up.
    at_hand = blocks.live(policy, "select unique_id from lk_fresh", "(select * exclude (alike) from lk_blank)")
    others = blocks.live(
        policy, "select unique_id from lk_flip where unique_id not in (select unique_id from lk_fresh)"
    )
    db.execute(f"create or replace table lk_new as {at_hand} union all by name {others}")
    if not state.count(db, "select count(*) from lk_new"):
        db.execute("create or replace table edge_new as from state.edge limit 0")
        return
    blocks.near(db, policy)
    db.execute(f"create or replace table lk_old as {blocks.live(policy, 'from lk_near')}")
    score(db, model, "lk_old", "lk_scored", new="lk_new", policy=policy)
    db.execute("create or replace view lk_both as from lk_old union all by name from lk_new")
    rules.add_vetoes(db, "lk_scored", "lk_both", "edge_new", policy)
