with
    classed as (
        select incidents.*, classes.class_code
        from {{ ref("int_prison_incident__counted") }} as incidents
        join
            {{ ref("bridge_prison_incident_class") }} as classes
            on classes.jurisdiction_id = incidents.jurisdiction_id
            and classes.prison_incident_key = incidents.prison_incident_key
    ),

    placed as (
        {{ at_levels("classed", ["month", "class_code", "participants", "victims"]) }}
    )

select
    jurisdiction_id,
    level,
    facility_id,
    unit_id,
    month,
    class_code,
    count(*) as incidents,
    count(participants) as incidents_with_participants,
    cast(sum(participants) as bigint) as participants,
    count(victims) as incidents_with_victims,
    cast(sum(victims) as bigint) as victims
from placed
group by jurisdiction_id, level, facility_id, unit_id, month, class_code
