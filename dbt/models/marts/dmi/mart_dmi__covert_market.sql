{%- set network = "jurisdiction_id, window_code, network_key" -%}
{%- set person = "jurisdiction_id, window_code, person_key" -%}
with
    members as (select * from {{ ref("int_dmi__covert_member") }}),

    counted as (
        select
            {{ network }},
            max(known_on) as known_on,
            count(distinct person_key) as people,
            count(*) as arrests,
            count(case when h3_9 is null then 1 end) as arrests_without_place,
            min(arrested_on) as first_on,
            max(arrested_on) as last_on,
            count(distinct h3_9) as cells
        from members
        join {{ ref("int_dmi__covert_sale") }} as sales using ({{ person }})
        group by {{ network }}
        having count(distinct person_key) >= max(least_people)
    ),

    near as (
        select {{ network }}, count(distinct call_key) as calls_near
        from members
        join {{ ref("int_dmi__covert_call") }} as calls using ({{ person }})
        group by {{ network }}
    ),

    tied as (
        select
            {{ network }},
            count(case when tie_code = 'arrest' then 1 end) as ties_by_arrest,
            count(case when tie_code = 'call' then 1 end) as ties_by_call
        from members
        join {{ ref("int_dmi__covert_tie") }} as ties using ({{ person }})
        where other_person_key > person_key
        group by {{ network }}
    )

select
    jurisdiction_id,
    window_code,
    row_number() over (
        partition by jurisdiction_id, window_code order by network_key
    ) as network_number,
    known_on,
    people,
    ties_by_arrest,
    ties_by_call,
    arrests,
    first_on,
    last_on,
    cells,
    arrests_without_place,
    cast(arrests_without_place as double precision) / arrests as share_without_place,
    coalesce(calls_near, 0) as calls_near
from counted
join tied using ({{ network }})
left join near using ({{ network }})
