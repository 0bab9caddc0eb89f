"""The review queue: pairs that a rule vetoed or the weights leave open, ordered by what depends on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkage import rules
from linkage.decisions import Verdict, verdicts
from linkage.errors import LinkageError
from linkage.policy import POLICY, Policy
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


def build(db: duckdb.DuckDBPyConnection, settings: Settings, policy: Policy = POLICY) -> int:
    """Create table ``review``: the strongest open pair of each two clusters. Returns its rows."""
    _register_verdicts(db, verdicts(settings), policy)
    kinds = ", ".join(f"'{kind}'" for kind in ACTED_ON)
    db.execute(
        f"create or replace temp table lk_size as select p.linked, count(*) as n, bool_or(m.record_kind in ({kinds})) "
        "as acted_on from partition as p join mention_all as m on m.mention_key = p.unique_id group by 1"
    )
    db.execute(
        f"""create or replace table review as with pair as (
            select e.unique_id_l, e.unique_id_r, e.match_weight, l.linked as a, r.linked as b, case
                when v.answer is not null then v.answer
                when e.veto is not null then e.veto
                when e.match_weight < {policy.linked_weight} then 'grey'
                when e.outcome = 3 then 'cluster' else 'thin_cluster' end as reason
            from vetoed as e join partition as l on l.unique_id = e.unique_id_l
            join partition as r on r.unique_id = e.unique_id_r
            left join lk_verdict as v on v.low = e.unique_id_l and v.high = e.unique_id_r
            where (l.linked <> r.linked or v.answer = 'second_person')
                and coalesce(v.answer, '') <> 'settled'
            union all
            select v.low, v.high, null, l.linked, r.linked, v.answer from lk_verdict as v
            join partition as l on l.unique_id = v.low join partition as r on r.unique_id = v.high
            where v.answer <> 'settled' and (v.low, v.high) not in (select (unique_id_l, unique_id_r) from vetoed)),
        settled as (select least(l.linked, r.linked) as a, greatest(l.linked, r.linked) as b from lk_verdict as v
            join partition as l on l.unique_id = v.low join partition as r on r.unique_id = v.high
            where v.answer = 'settled'),
        best as (select *, row_number() over (partition by least(a, b), greatest(a, b)
            order by match_weight desc nulls last, unique_id_l, unique_id_r) as place from pair
            where (least(a, b), greatest(a, b)) not in (select (a, b) from settled)
                or reason in ('second_person', 'disputed'))
        select unique_id_l, unique_id_r, match_weight, reason,
            case when a = b then x.n else x.n + y.n end as dependents, x.acted_on or y.acted_on as acted_on
        from best join lk_size as x on x.linked = a join lk_size as y on y.linked = b where place = 1"""
    )
    return int(db.execute("select count(*) from review").fetchall()[0][0])


def _register_verdicts(db: duckdb.DuckDBPyConnection, found: list[Verdict], policy: Policy) -> None:
    db.execute("create or replace temp table lk_verdict (low varchar, high varchar, answer varchar)")
    rows = []
    for verdict in found:
        answer = "settled"
        if verdict.disputed:
            answer = "disputed"
        elif verdict.joins and not verdict.joins_for_action(policy):
            answer = "second_person"
        rows.append((*verdict.pair, answer))
    if rows:
        db.executemany("insert into lk_verdict values (?, ?, ?)", rows)


def queue(settings: Settings, limit: int = 50) -> list[Waiting]:
    """What waits for people, most important first; what was answered since the last run is left out.

    Raises:
        LinkageError: nothing was linked yet.
    """
    import duckdb

    last = last_run(settings)
    if last is None:
        raise LinkageError("Nothing was linked yet; run `nnsc link run`.")
    answered = {
        v.pair for v in verdicts(settings) if not v.disputed and (v.parts or v.cannot_tell or v.joins_for_action())
    }
    with duckdb.connect() as db:
        rows = db.execute(
            "select unique_id_l, unique_id_r, match_weight, reason, dependents, acted_on from "
            f"{last.table('review')} order by acted_on desc, dependents desc, match_weight desc nulls last, 1, 2"
        ).fetchall()
    waiting = [Waiting(a, b, w, reason, int(n), bool(acted)) for a, b, w, reason, n, acted in rows]
    return [item for item in waiting if (item.mention, item.other) not in answered][:limit]
