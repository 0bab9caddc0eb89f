with
    parts as (
        select distinct jurisdiction_id, prison_incident_key, record_key, involvement
        from {{ ref("fct_prison_incident_person") }}
    ),

    roles as (select * from {{ ref("int_involvement__mapped") }}),

    -- incidents whose recorded class says that staff were attacked
    staff_attacked as (
        select distinct incidents.jurisdiction_id, incidents.prison_incident_key
        from {{ ref("fct_prison_incident") }} as incidents
        join
            {{ ref("int_prison_incident__told") }} as told
            on told.source_class = incidents.source_class
            and told.weapon is not distinct from incidents.weapon
            and told.class_code = 'assault_on_staff'
    )

select
    parts.jurisdiction_id,
    parts.prison_incident_key,
    count(
        case
            when roles.involvement_role = 'witness'
            then null
            when roles.involvement_role = 'staff'
            then staff_attacked.prison_incident_key
            else parts.record_key
        end
    ) as participants,
    case
        when count(roles.involvement_role) = count(*)
        then
            count(
                case
                    when roles.involvement_role = 'victim'
                    then parts.record_key
                    when roles.involvement_role = 'staff'
                    then staff_attacked.prison_incident_key
                end
            )
    end as victims
from parts
left join roles on roles.involvement = parts.involvement
left join
    staff_attacked
    on staff_attacked.jurisdiction_id = parts.jurisdiction_id
    and staff_attacked.prison_incident_key = parts.prison_incident_key
group by parts.jurisdiction_id, parts.prison_incident_key
