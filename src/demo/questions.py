"""Three questions that an analyst would ask, as SQL over the publication."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """A question, its SQL, and what to keep in mind when reading the answer."""

    text: str
    sql: str
    note: str


QUESTIONS = (
    Question(
        "How concentrated is gun violence? The areas of each jurisdiction with the most people shot.",
        """
with areas as (
    select jurisdiction_id, area_id, sum(victims) as victims, sum(fatal_victims) as killed
    from marts.mart_gvi__shootings_by_area_month
    where jurisdiction_id like 'sim_%'
    group by jurisdiction_id, area_id
)
select *, round(100.0 * victims / sum(victims) over (partition by jurisdiction_id), 1) as percent_of_all
from areas
qualify row_number() over (partition by jurisdiction_id order by victims desc, area_id) <= 2
order by jurisdiction_id, victims desc, area_id
""",
        "Two of each jurisdiction's areas; percent of all people shot there.",
    ),
    Question(
        "Did shootings in Rivermouth change after the intervention of 1 July 2025?",
        """
select case when month < date '2025-07-01' then 'before' else 'after' end as period,
       count(distinct month) as months, sum(incidents) as incidents, sum(victims) as victims,
       round(sum(incidents) / count(distinct month), 1) as incidents_per_month
from marts.mart_gvi__shootings_by_area_month
where jurisdiction_id = 'sim_us_ca_rivermouth' and month >= date '2025-01-01' and month < date '2026-01-01'
group by period
order by period desc
""",
        "The simulator planted a change here (truth/intervention.json); whether it is an effect is another question.",
    ),
    Question(
        "What did we know, and when? People shot from January to June 2025, as known on 1 July and as known now.",
        """
with seen as (
    select jurisdiction_id, is_fatal, known_to is null as now_, known_from,
           known_from <= timestamp '2025-07-01' and (known_to > timestamp '2025-07-01' or known_to is null) as then_
    from core.fct_shooting_victim_history
    where occurred_at_local >= timestamp '2025-01-01' and occurred_at_local < timestamp '2025-07-01'
)
select jurisdiction_id, count(*) filter (then_) as known_on_1_july, count(*) filter (now_) as known_now,
       count(*) filter (then_ and is_fatal) as killed_on_1_july, count(*) filter (now_ and is_fatal) as killed_now
from seen
where jurisdiction_id like 'sim_%'
group by jurisdiction_id
having min(known_from) <= timestamp '2025-07-01'
order by jurisdiction_id
""",
        "Late reports, withdrawn records, and victims who died later make the difference. Where we first looked after\n"
        "  1 July (the two portals, which show today's table only), nobody can say what was known then.",
    ),
    Question(
        "How violent is the prison system, and by what? Incidents per 100 people in custody and month.",
        """
select class_code, count(*) as months, sum(incidents) as incidents, round(avg(adp)) as average_population,
       round(avg(incidents_per_100_adp_monthly), 2) as per_100_and_month
from marts.mart_pvi__rate
where jurisdiction_id = 'sim_us_ca_state' and level = 'system' and incidents_per_100_adp_monthly is not null
group by class_code
order by incidents desc, class_code
limit 6
""",
        "Months that were counted on too few days are left out; classes overlap, so they do not add up.",
    ),
    Question(
        "What follows a violation of supervision? Violations of 2025 by type, and how many were answered with custody.",
        """
select jurisdiction_id, violation_type, sum(violations) as violations,
       sum(violations_with_custody) as with_custody, sum(custody_days) as custody_days
from marts.mart_supervision__violations_by_month
where jurisdiction_id like 'sim_%' and month >= date '2025-01-01' and month < date '2026-01-01'
group by jurisdiction_id, violation_type
order by jurisdiction_id, violations desc, violation_type
""",
        "The purpose of this platform is less violence with less custody: both stand in one warehouse.",
    ),
)
