"""Which profiles are compared at all: blocks of profiles that agree in something, huge ones left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkage import state
from linkage.fillers import IDS
from linkage.model import blocking, blocking_columns
from linkage.policy import POLICY, Policy

if TYPE_CHECKING:
    import duckdb


def _huge(table: str, column: str, policy: Policy, among: str = "") -> str:
    """SQL for the blocks of a rule that hold too many profiles."""
    return (
        f"select {column} from {table} where {column} is not null {among} group by 1 "
        f"having count(*) > {policy.largest_block}"
    )


def add(db: duckdb.DuckDBPyConnection, features: str, policy: Policy = POLICY) -> None:
    """Add the columns that the blocking rules compare to a table of features, null where the block is huge."""
    db.execute(f"create or replace table {features} as select *, {blocking_columns(policy)} from {features}")
    for number in range(len(blocking(policy))):
        column = f"block_{number}"
        db.execute(f"update {features} set {column} = null where {column} in ({_huge(features, column, policy)})")


def live(policy: Policy, among: str | None = None, features: str = "state.feature") -> str:
    """SQL for profiles as they are compared: features, ids that are not crowded, blocks that are not huge.

    ``among`` (SQL that gives ids) is looked up on both sides before they are joined: neither is read into memory.
    """
    where = f"where unique_id in ({among})" if among else ""
    ids = ", ".join(f"u.{column} as {column}" for column in IDS)
    columns = ", ".join(f"{_block(number)} as block_{number}" for number in range(len(blocking(policy))))
    return (
        f"select f.* replace ({ids}), {columns} from (from {features} {where}) as f "
        f"join (from state.used {where}) as u on u.unique_id = f.unique_id"
    )


def _block(number: int) -> str:
    return f"case when u.huge & {1 << number} = 0 then u.block_{number} end"


def refresh(db: duckdb.DuckDBPyConnection, policy: Policy, anew: bool) -> None:
    """Bring ``state.used`` up to date with the profiles.

    ``lk_touched``: the profiles whose pairs have to be scored, because they are new, changed, or lie in a block that
    became too large or ceased to be. ``lk_lost``: those, and whatever is compared no more; their edges hold no longer.
    """
    ids = ", ".join(f"b.{column}" for column in IDS)
    same = " and ".join(f"u.{column} is not distinct from b.{column}" for column in IDS)
    changed = (
        "and (b.unique_id in (select unique_id from feature_new) or not exists (from lk_used as u "
        f"where u.unique_id = b.unique_id and {same}))"
    )
    if not anew:
        db.execute(
            f"create or replace temp table lk_used as select unique_id, {', '.join(IDS)} from state.used "
            "where unique_id in (select unique_id from lk_blank)"
        )
    db.execute(
        f"create or replace temp table lk_fresh as select b.unique_id, {ids}, {blocking_columns(policy)}, "
        "0::bigint as huge from lk_blank as b where b.unique_id in (select profile from lk_profile) "
        f"{'' if anew else changed}"
    )
    if anew:
        db.execute("create or replace temp table lk_out as from lk_fresh limit 0")
    else:
        db.execute(
            "create or replace temp table lk_out as from state.used where unique_id in (select unique_id from lk_fresh "
            "union from lk_gone union select unique_id from lk_profile where unique_id <> profile)"
        )
    state.replace(db, "used", "lk_fresh", "lk_out", anew)
    _mark_huge(db, policy, anew)
    db.execute(
        "create or replace temp table lk_touched as select unique_id from lk_fresh union select unique_id from lk_flip"
    )
    db.execute(
        "create or replace temp table lk_lost as from lk_touched union from lk_gone union select unique_id from lk_out"
    )


def _mark_huge(db: duckdb.DuckDBPyConnection, policy: Policy, anew: bool) -> None:
    """Turn the bits of the profiles whose block passed the largest size in either direction; they are ``lk_flip``."""
    db.execute("create or replace temp table lk_turn (unique_id varchar, bit bigint)")
    for number in range(len(blocking(policy))):
        column, bit = f"block_{number}", 1 << number
        touched = f"(select {column} from lk_fresh union select {column} from lk_out)"
        among = "" if anew else f"and {column} in {touched}"
        db.execute(f"create or replace temp table lk_huge as {_huge('state.used', column, policy, among)}")
        db.execute(
            f"insert into lk_turn select unique_id, {bit} from state.used where {column} is not null {among} "
            f"and ({column} in (from lk_huge)) <> (huge & {bit} > 0)"
        )
    db.execute(
        "create or replace temp table lk_flip as select unique_id, sum(bit)::bigint as bits from lk_turn group by 1"
    )
    db.execute(
        "update state.used set huge = xor(huge, f.bits) from lk_flip as f where f.unique_id = state.used.unique_id"
    )


def near(db: duckdb.DuckDBPyConnection, policy: Policy) -> None:
    """``lk_near``: the profiles that share a block with one of ``lk_touched`` and are none themselves."""
    parts = " union ".join(
        f"select unique_id from state.used where block_{number} in (select block_{number} from lk_new) "
        f"and huge & {1 << number} = 0"
        for number in range(len(blocking(policy)))
    )
    db.execute(
        f"create or replace temp table lk_near as select unique_id from ({parts}) "
        "where unique_id not in (from lk_touched)"
    )
