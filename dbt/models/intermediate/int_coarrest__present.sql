{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        on_schema_change="append_new_columns",
        meta={
            "touched": {
                "key": "incident_key",
                "by": "int_coarrest__touched",
                "people": true,
            }
        },
    )
}}

-- depends_on: {{ ref("int_coarrest__touched") }}
with
    -- whoever cannot be told apart still was there, and makes the event larger
    present as (
        select
            arrests.*,
            grades.grade,
            held.person_key,
            coalesce(held.person_key, arrests.record_key) as somebody
        from {{ ref("int_arrest__with_charges") }} as arrests
        cross join (values ('action'), ('linked')) as grades(grade)
        left join
            {{ ref("int_person__held") }} as held
            on held.mention_key = {{ mention_key("arrests.record_key", "arrestee") }}
            and held.grade = grades.grade
        where arrests.incident_key is not null {{ only_touched("and") }}
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
    max(present.is_found) as is_found
from present
join
    sizes
    on sizes.jurisdiction_id = present.jurisdiction_id
    and sizes.incident_key = present.incident_key
    and sizes.grade = present.grade
where
    present.person_key is not null
    and present.arrested_on is not null
    and not present.is_pending_correction
    and present.stands = 1
group by 1, 2, 3, 4, 5
