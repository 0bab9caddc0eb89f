with
    incidents as (select * from {{ ref("int_prison_incident__counted") }}),

    matched as (
        select
            incidents.jurisdiction_id,
            incidents.prison_incident_key,
            told.class_code,
            told.rule_id,
            row_number() over (
                partition by
                    incidents.jurisdiction_id,
                    incidents.prison_incident_key,
                    told.class_code
                order by told.priority, told.rule_id
            ) as choice
        from incidents
        join
            {{ ref("int_prison_incident__told") }} as told
            on told.source_class = incidents.source_class
            and told.weapon is not distinct from incidents.weapon
            and (
                told.min_participants is null
                or incidents.participants >= told.min_participants
            )
    )

select
    jurisdiction_id,
    prison_incident_key,
    'all' as class_code,
    cast(null as varchar) as rule_id
from incidents
union all
select jurisdiction_id, prison_incident_key, class_code, rule_id
from matched
where choice = 1
union all
select
    incidents.jurisdiction_id,
    incidents.prison_incident_key,
    'other' as class_code,
    cast(null as varchar) as rule_id
from incidents
left join
    matched
    on matched.jurisdiction_id = incidents.jurisdiction_id
    and matched.prison_incident_key = incidents.prison_incident_key
where matched.rule_id is null
