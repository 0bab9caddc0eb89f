with
    -- an arrest whose every charge was dropped, acquitted or sealed ties nobody
    charges as ({{ charges_that_stand() }}),

    -- whoever cannot be told apart still was there, and makes the event larger
    present as (
        select
            arrests.*,
            grades.grade,
            held.person_key,
            coalesce(held.person_key, arrests.record_key) as somebody
        from {{ ref("fct_arrest") }} as arrests
        cross join (values ('action'), ('linked')) as grades(grade)
        left join
            {{ ref("int_person__held") }} as held
            on held.mention_key = arrests.mention_key
            and held.grade = grades.grade
        where arrests.incident_key is not null
    ),

    sizes as (
        select jurisdiction_id, incident_key, grade, count(distinct somebody) as people
        from present
        group by jurisdiction_id, incident_key, grade
    )

select
    present.grade,
    present.jurisdiction_id,
    present.incident_key,
    present.person_key,
    sizes.people,
    min(present.arrested_on) as arrested_on,
    max(coalesce(charges.is_found, 0)) as is_found
from present
join
    sizes
    on sizes.jurisdiction_id = present.jurisdiction_id
    and sizes.incident_key = present.incident_key
    and sizes.grade = present.grade
left join
    charges
    on charges.jurisdiction_id = present.jurisdiction_id
    and charges.arrest_key = present.arrest_key
where
    present.person_key is not null
    and present.arrested_on is not null
    and not present.is_pending_correction
    and coalesce(charges.stands, 1) = 1
group by 1, 2, 3, 4, 5
