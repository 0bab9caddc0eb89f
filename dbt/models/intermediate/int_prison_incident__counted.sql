{{ config(materialized="table") }}

with
    reported as (
        select
            *,
            row_number() over (
                partition by jurisdiction_id, prison_incident_key
                order by feed_id, record_key
            ) as choice
        from {{ ref("fct_prison_incident") }}
    ),

    people as (select * from {{ ref("int_prison_incident_person__counted") }})

select
    reported.jurisdiction_id,
    reported.prison_incident_key,
    reported.feed_id,
    reported.facility_id,
    reported.unit_id,
    {{ month_of("reported.occurred_at_local") }} as month,
    reported.source_class,
    reported.weapon,
    reported.is_group_linked,
    coalesce(reported.participant_count, people.participants) as participants,
    people.victims
from reported
left join
    people
    on people.jurisdiction_id = reported.jurisdiction_id
    and people.prison_incident_key = reported.prison_incident_key
where reported.choice = 1
