"""What speaks against an edge although its weight is high: vetoes, in SQL over scored pairs.

A vetoed pair is not rejected: it goes to review, because most of the strong ones are truly one person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkage.policy import POLICY, Policy

if TYPE_CHECKING:
    import duckdb

#: The one veto that hangs on other edges: it is judged anew in each run.
AMBIGUOUS = "ambiguous"
#: Veto -> what a reviewer reads.
WORDS = {
    "state_numbers": "two different state numbers of one state, and fewer than two other ids agree",
    "federal_numbers": "two different FBI numbers, and no id agrees",
    "generations": "one name, births two years or more apart, and no id agrees",
    "suffixes": "different suffixes (junior, senior), and no id agrees",
    "twins_sure": "one family name and birth date, different given names, and an id or middle initial conflicts",
    "twins": "one family name and birth date, different given names, and no id agrees",
    "stolen_id": "one id, but both name and birth date differ",
    "sexes": "sex and given name both differ",
    "cluster": "joining them would put two records together that cannot be one person",
    AMBIGUOUS: "this record has no birth date and fits people of different generations",
    "thin_cluster": "too few of the group's pairs support one another",
}


def add_vetoes(db: duckdb.DuckDBPyConnection, edges: str, features: str, target: str, policy: Policy = POLICY) -> None:
    """Create table ``target``: the edges with ``ids_agree`` and ``veto`` (null where nothing speaks against them)."""
    db.execute(
        f"create or replace table {target} as with pair as (select e.*, {_EVIDENCE} from {edges} as e "
        f"join {features} as l on l.unique_id = e.unique_id_l join {features} as r on r.unique_id = e.unique_id_r), "
        f"named as (select *, {_facts(policy)} from pair) "
        f"select * exclude ({_SCRATCH}), {_veto(policy)} as veto from named"
    )


_EVIDENCE = """
    coalesce(l.sid = r.sid, false)::int + coalesce(l.fbi = r.fbi, false)::int + coalesce(l.local = r.local, false)::int
        as ids_agree,
    coalesce(l.sid <> r.sid and l.area = r.area, false) as sid_conflict,
    coalesce(l.fbi <> r.fbi, false) as fbi_conflict,
    coalesce(l.local <> r.local and l.agency = r.agency, false) as local_conflict,
    coalesce(l.middle <> r.middle, false) as middle_conflict,
    coalesce(l.suffix <> r.suffix, false) as suffix_conflict,
    coalesce(l.sex <> r.sex, false) as sex_conflict,
    coalesce(l.first_canon = r.first_canon, false) as same_first,
    coalesce(list_has_any(l.tokens, r.tokens), false) as same_last,
    coalesce(list_has_any(l.tokens, r.tokens) or l.last_sound = r.last_sound
        or jaro_winkler_similarity(l.last, r.last) >= 0.92, false) as near_last,
    coalesce(l.dob = r.dob, false) as same_birth,
    coalesce(l.first_canon <> r.first_canon and l.first_sound <> r.first_sound
        and jaro_winkler_similarity(l.first, r.first) < 0.88
        and not (least(length(l.first), length(r.first)) = 1 and left(l.first, 1) = left(r.first, 1)), false)
        as other_first,
    coalesce(list_contains(l.aliases, r.first_canon) or list_contains(r.aliases, l.first_canon), false) as by_alias,
    coalesce(not list_has_any(l.tokens, r.tokens) and l.last_sound <> r.last_sound
        and jaro_winkler_similarity(l.last, r.last) < 0.88, false) as other_last,
    abs(l.birth_year - r.birth_year) as years_apart,
    abs(date_diff('day', l.dob, r.dob)) as days_apart,
    l.dob is not null and r.dob is not null and l.dob <> r.dob and not l.dob_partial and not r.dob_partial
        and not (month(l.dob) = day(r.dob) and day(l.dob) = month(r.dob))
        and damerau_levenshtein(strftime(l.dob, '%Y%m%d'), strftime(r.dob, '%Y%m%d')) > 1 as other_birth
"""
_SCRATCH = (
    "sid_conflict, fbi_conflict, local_conflict, middle_conflict, suffix_conflict, sex_conflict, same_first, "
    "same_last, near_last, same_birth, other_first, by_alias, other_last, years_apart, days_apart, other_birth, "
    "far_apart"
)


def _facts(policy: Policy) -> str:
    days = policy.birth_years_apart * 365.25
    return (
        f"coalesce(days_apart >= {days} or (days_apart is null and years_apart > {policy.birth_years_apart}), false) "
        "as far_apart"
    )


def _veto(policy: Policy) -> str:
    twins = "near_last and same_birth and other_first and ids_agree = 0"
    return f"""case
        when sid_conflict and ids_agree < {policy.ids_that_outweigh} then 'state_numbers'
        when fbi_conflict and ids_agree = 0 then 'federal_numbers'
        when same_first and same_last and far_apart and ids_agree = 0 then 'generations'
        when suffix_conflict and ids_agree = 0 then 'suffixes'
        when {twins} and (fbi_conflict or local_conflict or sid_conflict or middle_conflict) then 'twins_sure'
        when {twins} and not by_alias then 'twins'
        when ids_agree = 1 and (other_first and other_last or other_first and not by_alias and far_apart
            or other_last and far_apart) and (other_birth or far_apart) then 'stolen_id'
        when sex_conflict and other_first and ids_agree < {policy.ids_that_outweigh} then 'sexes'
    end"""


_NEAR = "and (unique_id_l in (from lk_seen) or unique_id_r in (from lk_seen))"


def veto_ambiguous(db: duckdb.DuckDBPyConnection, policy: Policy, anew: bool) -> None:
    """Veto the edges of records without a birth date or agreeing id that fit people of different generations.

    A father and a son of one name at one address: a record that says nothing of age would go to either by chance.
    Only a record that gained or lost an edge can become ambiguous or cease to be; ``lk_turned`` holds those that did.
    """
    seen = "" if anew else "and weak in (from lk_seen)"
    near = "" if anew else _NEAR
    if not anew:
        db.execute(
            "create or replace temp table lk_seen as select unnest([unique_id_l, unique_id_r]) as unique_id "
            "from (select unique_id_l, unique_id_r from lk_edge_gone union all select unique_id_l, unique_id_r "
            "from edge_new)"
        )
    open_edge = f"ids_agree = 0 and match_weight >= {policy.linked_weight} and (veto is null or veto = '{AMBIGUOUS}')"
    db.execute(
        f"create or replace temp table lk_ambiguous as with fits as "
        f"(select unique_id_l, unique_id_r from state.edge where {open_edge} {near}), "
        "side as (select unique_id_l as weak, unique_id_r as other from fits union all "
        "select unique_id_r, unique_id_l from fits) "
        "select weak as unique_id from side join state.feature as w on w.unique_id = weak "
        "join state.feature as o on o.unique_id = other "
        f"where w.birth_year is null and o.birth_year is not null {seen} group by 1 having max(o.birth_year) - "
        f"min(o.birth_year) > {policy.birth_years_apart} or count(distinct o.suffix) > 1"
    )
    if anew:
        db.execute("create or replace table state.ambiguous as from lk_ambiguous")
        db.execute("create or replace temp table lk_turned as from lk_ambiguous")
    else:
        before = "(select unique_id from state.ambiguous where unique_id in (from lk_seen))"
        db.execute(
            f"create or replace temp table lk_turned as ({before} except from lk_ambiguous) union "
            f"(from lk_ambiguous except {before})"
        )
        db.execute("delete from state.ambiguous where unique_id in (from lk_seen)")
        db.execute("insert into state.ambiguous from lk_ambiguous")
    _apply_ambiguous(db, anew)


def _apply_ambiguous(db: duckdb.DuckDBPyConnection, anew: bool) -> None:
    near = "" if anew else _NEAR
    told = "(unique_id_l in (from state.ambiguous) or unique_id_r in (from state.ambiguous))"
    db.execute(f"update state.edge set veto = '{AMBIGUOUS}' where veto is null and ids_agree = 0 {near} and {told}")
    if not anew:
        db.execute(f"update state.edge set veto = null where veto = '{AMBIGUOUS}' {near} and not {told}")
