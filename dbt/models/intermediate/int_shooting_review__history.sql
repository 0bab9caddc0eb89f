with
    people as (
        select distinct jurisdiction_id, incident_key, person_key, occurred_on
        from {{ ref("int_shooting_review__named") }}
        where person_key is not null
    ),

    charges as (
        select jurisdiction_id, arrest_key, {{ charges_that_stand() }}
        from {{ ref("fct_arrest_charge") }}
        group by jurisdiction_id, arrest_key
    ),

    happened as (
        select
            arrests.jurisdiction_id,
            mention_key,
            'arrest' as event,
            arrested_on as event_on,
            coalesce(arrest_key, record_key) as event_key,
            coalesce(charges.is_found, 0) as is_found
        from {{ ref("fct_arrest") }} as arrests
        left join charges using (jurisdiction_id, arrest_key)
        where not is_pending_correction and coalesce(charges.stands, 1) = 1
        union all
        select jurisdiction_id, mention_key, 'shot', occurred_on, incident_key, 0
        from {{ ref("int_shooting__named") }}
        where role = 'victim' and not is_pending_correction
    ),

    events as (
        select happened.*, held.person_key
        from happened
        join {{ ref("int_person__held") }} as held using (mention_key)
        where held.grade = 'action'
    )

select
    people.jurisdiction_id,
    people.incident_key,
    people.person_key,
    count(
        distinct case when events.event = 'arrest' then events.event_key end
    ) as prior_arrests,
    count(
        distinct case when events.is_found = 1 then events.event_key end
    ) as prior_arrests_convicted,
    count(
        distinct case when events.event = 'shot' then events.event_key end
    ) as prior_times_shot
from people
left join
    events
    on events.jurisdiction_id = people.jurisdiction_id
    and events.person_key = people.person_key
    and events.event_on >= people.occurred_on - 365
    and events.event_on < people.occurred_on
group by people.jurisdiction_id, people.incident_key, people.person_key
