{#- Weights are whole millionths here, so that both engines add up the same. -#}
{%- set sides = [
    ("person_key", "other_person_key"),
    ("other_person_key", "person_key"),
] -%}
with
    known as ({{ last_known("arrest") }}),

    ties as (
        {%- for one, other in sides %}
            select
                jurisdiction_id,
                known_on,
                {{ one }} as person_key,
                {{ other }} as neighbour_key,
                cast(floor(1000000 * weight + 0.5) as bigint) as millionths
            from {{ ref("mart_gvi__coarrest_edge") }}
            where window_code = '60_months'
            {%- if not loop.last %}
                union all
            {%- endif %}
        {%- endfor %}
    ),

    shot as (
        select distinct jurisdiction_id, held.person_key as neighbour_key, 1 as is_shot
        from {{ ref("int_shooting__named") }} as named
        join {{ ref("int_person__held") }} as held using (mention_key)
        join known using (jurisdiction_id)
        where
            named.role = 'victim'
            and not named.is_pending_correction
            and held.grade = 'action'
            and named.occurred_on <= known.last_known_on
            and known.last_known_on
            < cast({{ dbt.dateadd("month", 12, "named.occurred_on") }} as date)
    )

select
    jurisdiction_id,
    person_key,
    known_on,
    count(*) as degree,
    cast(sum(millionths) as double precision) / 1000000 as weighted_degree,
    count(is_shot) as neighbours_shot,
    cast(sum(millionths * coalesce(is_shot, 0)) as double precision)
    / cast(nullif(sum(millionths), 0) as double precision) as exposure
from ties
left join shot using (jurisdiction_id, neighbour_key)
group by jurisdiction_id, person_key, known_on
