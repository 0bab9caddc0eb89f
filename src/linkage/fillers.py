"""Ids that stand for too many people: fillers that no list knows, and agencies that use an id again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkage.policy import POLICY, Policy

if TYPE_CHECKING:
    import duckdb

IDS = ("sid", "fbi", "local")


def _crowded(features: str, column: str, policy: Policy, among: str = "") -> str:
    """SQL for the values of an id that stand beside more than ``people_per_id`` different people.

    People are told apart coarsely, by sound of surname and birth year, each counted only when seen with both, so that
    one person's misspellings do not make their number a filler.
    """
    return (
        f"select {column} as value from {features} where {column} is not null and last_sound is not null "
        f"and birth_year is not null {among} group by 1 having count(distinct (last_sound, first_sound)) > "
        f"{policy.people_per_id} and count(distinct (last_sound, birth_year)) > {2 * policy.people_per_id}"
    )


def blank(db: duckdb.DuckDBPyConnection, features: str, policy: Policy = POLICY) -> None:
    """Take crowded ids out of a table of features."""
    for column in IDS:
        db.execute(f"update {features} set {column} = null where {column} in ({_crowded(features, column, policy)})")


def refresh(db: duckdb.DuckDBPyConnection, policy: Policy, anew: bool) -> None:
    """Bring ``state.crowded`` up to date with ``state.feature``.

    Only an id of a mention that came, changed or left can become crowded or cease to be. ``lk_flipped`` holds the
    mentions that bear one that did.
    """
    db.execute("create or replace temp table lk_crowded (kind varchar, value varchar)")
    db.execute("create or replace temp table lk_flipped (unique_id varchar)")
    for column in IDS:
        touched = f"(select {column} from feature_gone union select {column} from feature_new)"
        among = "" if anew else f"and {column} in {touched}"
        db.execute(
            f"insert into lk_crowded select '{column}', value from ({_crowded('state.feature', column, policy, among)})"
        )
        if anew:
            continue
        before = f"(select value from state.crowded where kind = '{column}' and value in {touched})"
        now = f"(select value from lk_crowded where kind = '{column}')"
        db.execute(
            f"insert into lk_flipped select unique_id from state.feature where {column} in "
            f"(({before} except {now}) union ({now} except {before}))"
        )
        db.execute(f"delete from state.crowded where kind = '{column}' and value in {touched}")
    if anew:
        db.execute("create or replace table state.crowded as from lk_crowded order by kind, value")
    else:
        db.execute("insert into state.crowded from lk_crowded order by kind, value")


def blanked(features: str) -> str:
    """Select list of the features with crowded ids left out."""
    ids = ", ".join(
        f"case when {column} in (select value from state.crowded where kind = '{column}') then null else {column} end "
        f"as {column}" for column in IDS
    )  # fmt: skip
    return f"{features}.* replace ({ids})"
