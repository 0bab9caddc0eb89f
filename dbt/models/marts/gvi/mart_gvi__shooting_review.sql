{%- set kinds = [
    "arrest",
    "probation_term",
    "engagement",
    "group_roster",
    "group_relation",
] -%}
with told as ({{ told_until(kinds) }})

select
    people.jurisdiction_id,
    incident_key,
    area_id,
    occurred_on,
    people.known_on,
    {%- for days in [7, 14, 30] %}
        occurred_on > people.known_on - {{ days }} as within_{{ days }},
    {%- endfor %}
    occurred_on + 30 as expires_on,
    role,
    is_named,
    record_kind,
    feed_id,
    record_key,
    mention_key,
    person_key,
    is_killed,
    route,
    group_involvement_code,
    reviewed_on,
    side_group_key,
    roster_groups,
    roster_group_key,
    cards.open_disputes,
    supervision_type_code,
    supervision_status_code,
    case when told.arrest_on is not null then prior_arrests end as prior_arrests,
    case
        when told.arrest_on is not null then prior_arrests_convicted
    end as prior_arrests_convicted,
    case
        when told.arrest_on is not null and route = 'candidate'
        then coalesce(neighbours_shot, 0)
    end as neighbours_shot,
    prior_times_shot,
    people.last_contact_on,
    people.last_reached_on,
    {{ what_we_do_not_know() }} as unknowns
from {{ ref("int_shooting_review__person") }} as people
join told on told.jurisdiction_id = people.jurisdiction_id
left join
    {{ ref("mart_gvi__group_scorecard") }} as cards
    on cards.group_key = coalesce(roster_group_key, side_group_key)
