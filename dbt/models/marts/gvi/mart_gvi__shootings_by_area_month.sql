with
    incidents as (
        select
            jurisdiction_id,
            coalesce(area_id, 'not recorded') as area_id,
            {{ month_of("occurred_at_local") }} as month,
            1 as incidents,
            0 as victims,
            0 as fatal_victims
        from {{ ref("int_shooting_incident__counted") }}
    ),

    victims as (
        select
            jurisdiction_id,
            coalesce(area_id, 'not recorded') as area_id,
            {{ month_of("occurred_at_local") }} as month,
            0 as incidents,
            1 as victims,
            case when is_fatal then 1 else 0 end as fatal_victims
        from {{ ref("fct_shooting_victim") }}
        -- a victim whose incident has not arrived yet belongs to no month so far
        where occurred_at_local is not null
    ),

    counted as (
        select *
        from incidents
        union all
        select *
        from victims
    )

select
    jurisdiction_id,
    area_id,
    month,
    cast(sum(incidents) as bigint) as incidents,
    cast(sum(victims) as bigint) as victims,
    cast(sum(fatal_victims) as bigint) as fatal_victims,
    cast(sum(victims) - sum(fatal_victims) as bigint) as nonfatal_victims
from counted
group by jurisdiction_id, area_id, month
