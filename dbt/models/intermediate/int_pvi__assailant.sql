-- an incident that was found not to have happened gives nobody a reason
with
    incidents as (
        select
            jurisdiction_id,
            prison_incident_key,
            min(cast(occurred_at_local as date)) as evidence_on,
            min(facility_id) as facility_id,
            max(case when is_group_linked then 1 when not is_group_linked then 0 end)
            = 1 as is_group_linked
        from {{ ref("fct_prison_incident") }}
        group by jurisdiction_id, prison_incident_key
        having
            count(case when is_pending_correction then 1 end) = 0
            and count(case when finding_code in ('not_guilty', 'dismissed') then 1 end)
            = 0
    )

select
    parts.jurisdiction_id,
    parts.feed_id,
    parts.record_key,
    parts.prison_incident_key,
    parts.mention_key,
    parts.finding_code,
    roles.involvement_role,
    incidents.evidence_on,
    incidents.facility_id,
    incidents.is_group_linked,
    case
        when
            exists (
                select 1
                from {{ ref("fct_prison_incident_person_history") }} as earlier
                where
                    earlier.feed_id = parts.feed_id
                    and earlier.record_key = parts.record_key
                    and earlier.finding_code in ('guilty', 'not_guilty', 'dismissed')
                    and earlier.finding_code <> parts.finding_code
            )
        then 'finding changed before'
        else 'none recorded'
    end as contest_state
from {{ ref("fct_prison_incident_person") }} as parts
join
    incidents
    on incidents.jurisdiction_id = parts.jurisdiction_id
    and incidents.prison_incident_key = parts.prison_incident_key
join
    {{ ref("int_involvement__mapped") }} as roles
    on roles.involvement = parts.involvement
where not parts.is_pending_correction
