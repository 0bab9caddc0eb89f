with
    ranked as (
        select
            jurisdiction_id,
            incident_key,
            reviewed_on,
            coalesce(group_involvement_code, 'unknown') as group_involvement_code,
            victim_group_key,
            suspect_group_key,
            row_number() over (
                partition by jurisdiction_id, incident_key
                order by
                    reviewed_on desc nulls last,
                    known_from desc nulls last,
                    record_key desc nulls last
            ) as choice
        from {{ ref("fct_incident_review") }}
    )

select
    jurisdiction_id,
    incident_key,
    reviewed_on,
    group_involvement_code,
    victim_group_key,
    suspect_group_key
from ranked
where choice = 1
