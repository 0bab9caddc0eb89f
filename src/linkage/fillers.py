"""Ids that stand for too many people: fillers that no list knows, and agencies that use an id again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkage.policy import POLICY, Policy

if TYPE_CHECKING:
    import duckdb

IDS = ("sid", "fbi", "local")


def crowded_ids(db: duckdb.DuckDBPyConnection, features: str, policy: Policy = POLICY) -> dict[str, list[str]]:
    """Per id column the values that stand beside more than ``people_per_id`` different people.

    People are told apart coarsely, by sound of surname and birth year, each counted only when seen with both, so that
    one person's misspellings do not make their number a filler.
    """
    found = {}
    for column in IDS:
        found[column] = [
            row[0]
            for row in db.execute(
                f"select {column} from {features} where {column} is not null and last_sound is not null "
                f"and birth_year is not null group by 1 having count(distinct (last_sound, first_sound)) > "
                f"{policy.people_per_id} and count(distinct (last_sound, birth_year)) > {2 * policy.people_per_id} "
                "order by 1"
            ).fetchall()
        ]
    return found


def blank(db: duckdb.DuckDBPyConnection, features: str, crowded: dict[str, list[str]]) -> int:
    """Take those ids out of the features; returns the mentions that lost one."""
    lost = 0
    for column, values in crowded.items():
        if values:
            db.execute("create or replace temp table lk_crowded as select unnest($1) as value", [values])
            lost += int(
                db.execute(
                    f"update {features} set {column} = null where {column} in (select value from lk_crowded)"
                ).fetchall()[0][0]
            )
            db.execute("drop table lk_crowded")
    return lost
