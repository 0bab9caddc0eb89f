with
    moved as (
        select *, 'movements' as based_on
        from {{ ref("int_pvi__moved") }}
        where facility_id is not null or unit_id is not null
    ),

    known as (
        select known.*, 'movements' as based_on
        from ({{ last_known("prison_movement") }}) as known
        where known.jurisdiction_id in (select jurisdiction_id from moved)
        union all
        select known.*, 'stays'
        from ({{ last_known("custody_stay") }}) as known
        where known.jurisdiction_id not in (select jurisdiction_id from moved)
    ),

    stretches as (
        select
            jurisdiction_id,
            based_on,
            person_ref,
            facility_id,
            unit_id,
            began_at,
            ended_at,
            reason
        from moved
        union all
        select
            stays.jurisdiction_id,
            'stays',
            coalesce(held.person_key, stays.mention_key),
            stays.facility_id,
            stays.unit_id,
            {{ dbt.date_trunc("minute", "stays.admitted_at_local") }},
            {{ dbt.date_trunc("minute", "stays.released_at_local") }},
            coalesce(stays.admission_reason_code, 'unknown')
        from {{ ref("fct_custody_stay") }} as stays
        left join
            {{ ref("int_person__held") }} as held
            on held.mention_key = stays.mention_key
            and held.grade = 'linked'
    )

select
    stretches.*,
    known.last_known_on,
    least(
        coalesce(stretches.ended_at, cast(known.last_known_on + 1 as timestamp)),
        cast(known.last_known_on + 1 as timestamp)
    ) as left_at
from stretches
join
    known
    on known.jurisdiction_id = stretches.jurisdiction_id
    and known.based_on = stretches.based_on
