with
    incidents as (
        select
            jurisdiction_id,
            coalesce(area_id, 'not recorded') as area_id,
            cast(occurred_at_local as date) as occurred_on,
            1 as incidents,
            0 as victims,
            0 as fatal_victims
        from {{ ref("int_shooting_incident__counted") }}
    ),

    victims as (
        select
            jurisdiction_id,
            coalesce(area_id, 'not recorded') as area_id,
            cast(occurred_at_local as date) as occurred_on,
            0 as incidents,
            1 as victims,
            case when is_fatal then 1 else 0 end as fatal_victims
        from {{ ref("fct_shooting_victim") }}
        -- a victim whose incident has not arrived yet belongs to no day so far
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
    occurred_on,
    cast(sum(incidents) as bigint) as incidents,
    cast(sum(victims) as bigint) as victims,
    cast(sum(fatal_victims) as bigint) as fatal_victims
from counted
group by jurisdiction_id, area_id, occurred_on
