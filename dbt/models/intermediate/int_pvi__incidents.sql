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
        {{
            at_levels(
                "classed",
                ["month", "class_code", "participants", "victims", "is_group_linked"],
            )
        }}
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
    cast(sum(victims) as bigint) as victims,
    count(is_group_linked) as incidents_with_group_flag,
    count(case when is_group_linked then 1 end) as group_linked_incidents
from placed
group by jurisdiction_id, level, facility_id, unit_id, month, class_code
