"""The review queue: pairs that a rule vetoed or the weights leave open, ordered by what depends on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkage import rules, state
from linkage.cluster import BLOCKED
from linkage.decisions import verdicts
from linkage.errors import LinkageError
from linkage.policy import Policy
from linkage.store import last_run

if TYPE_CHECKING:
    import duckdb

    from settings import Settings

#: Records that lead to action about a person; pairs that touch one come first.
ACTED_ON = ("probation_term", "shooting_victim", "shooting_suspect", "custody_stay", "ipv_event")
REASONS = {
    **rules.WORDS,
    "grey": "the evidence leaves it open",
    "second_person": "one person said same; the action grade needs a second",
    "disputed": "people disagree; until they do not, the two are kept apart",
}


@dataclass(frozen=True)
class Waiting:
    """One pair that waits for people; ``dependents`` are the records of the two people it is about.

    ``weight`` is None where the evidence is too weak to have been kept and only people spoke of the pair.
    """

    mention: str
    other: str
    weight: float | None
    reason: str
    dependents: int
    acted_on: bool


def refresh(db: duckdb.DuckDBPyConnection, policy: Policy, anew: bool) -> int:
    """Bring ``state.review`` up to date: the strongest open pair of each two clusters. Returns its rows.

    Only a cluster of a component that was looked at again (``lk_member``) has other pairs than before.
    """
    looked = "(select unique_id from lk_member union from lk_gone)"
    told = "true" if anew else f"(low in {looked} or high in {looked})"
    db.execute(f"create or replace temp table lk_told as from state.verdict where {told}")
    # Whoever stands in one of them, with their cluster: a join with the whole partition would read it into memory.
    keys = (
        "select unique_id_l from lk_edge union select unique_id_r from lk_edge "
        "union select low from state.verdict union select high from state.verdict"
    )
    db.execute(
        "create or replace temp table lk_place as select unique_id, linked from state.partition where unique_id "
        f"in ({keys})"
    )
    db.execute(
        f"""create or replace temp table lk_open as with pair as (
            select e.unique_id_l, e.unique_id_r, e.match_weight, l.linked as a, r.linked as b, case
                when v.answer is not null then v.answer
                when e.veto is not null then e.veto
                when e.match_weight < {policy.linked_weight} then 'grey'
                when o.outcome = {BLOCKED} then 'cluster' else 'thin_cluster' end as reason
            from lk_edge as e left join lk_outcome as o using (place) join lk_place as l on l.unique_id = e.unique_id_l
            join lk_place as r on r.unique_id = e.unique_id_r
            left join state.verdict as v on v.low = e.unique_id_l and v.high = e.unique_id_r
            where (l.linked <> r.linked or v.answer = 'second_person')
                and coalesce(v.answer, '') <> 'settled'
            union all
            select v.low, v.high, null, l.linked, r.linked, v.answer from lk_told as v
            join lk_place as l on l.unique_id = v.low join lk_place as r on r.unique_id = v.high
            where v.answer <> 'settled' and not exists
                (from lk_edge as e where e.unique_id_l = v.low and e.unique_id_r = v.high)),
        settled as (select least(l.linked, r.linked) as a, greatest(l.linked, r.linked) as b from state.verdict as v
            join lk_place as l on l.unique_id = v.low join lk_place as r on r.unique_id = v.high
            where v.answer = 'settled')
        select * from pair where (least(a, b), greatest(a, b)) not in (select (a, b) from settled)
            or reason in ('second_person', 'disputed')
        qualify row_number() over (partition by least(a, b), greatest(a, b)
            order by match_weight desc nulls last, unique_id_l, unique_id_r) = 1"""
    )
    _replace(db, looked, anew)
    return state.count(db, "select count(*) from state.review")


def _replace(db: duckdb.DuckDBPyConnection, looked: str, anew: bool) -> None:
    db.execute(
        "create or replace temp table lk_in as select unique_id, linked from state.partition "
        "where linked in (select a from lk_open union select b from lk_open)"
    )
    db.execute(
        "create or replace temp table lk_size as select p.linked, count(*) as n, bool_or(c.acted_on) as acted_on "
        "from lk_in as p join (from state.content where mention_key in (select unique_id from lk_in)) as c "
        "on c.mention_key = p.unique_id group by 1"
    )
    db.execute(
        "create or replace temp table lk_review as select unique_id_l, unique_id_r, match_weight, reason, "
        "case when a = b then x.n else x.n + y.n end as dependents, x.acted_on or y.acted_on as acted_on "
        "from lk_open join lk_size as x on x.linked = a join lk_size as y on y.linked = b"
    )
    if anew:
        db.execute("create or replace table state.review as from lk_review")
        return
    db.execute(f"delete from state.review where unique_id_l in {looked} or unique_id_r in {looked}")
    db.execute("insert into state.review from lk_review")


def queue(settings: Settings, limit: int = 50) -> list[Waiting]:
    """What waits for people, most important first; what was answered since the last run is left out.

    Raises:
        LinkageError: nothing was linked yet.
    """
    last = last_run(settings)
    if last is None:
        raise LinkageError("Nothing was linked yet; run `nnsc link run`.")
    answered = {
        v.pair for v in verdicts(settings) if not v.disputed and (v.parts or v.cannot_tell or v.joins_for_action())
    }
    with last.open() as db:
        rows = db.execute(
            "select unique_id_l, unique_id_r, match_weight, reason, dependents, acted_on from "
            "review order by acted_on desc, dependents desc, match_weight desc nulls last, 1, 2"
        ).fetchall()
    waiting = [Waiting(a, b, w, reason, int(n), bool(acted)) for a, b, w, reason, n, acted in rows]
    return [item for item in waiting if (item.mention, item.other) not in answered][:limit]
