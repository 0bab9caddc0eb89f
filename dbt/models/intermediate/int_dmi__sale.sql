{{ config(materialized="table") }}

with
    sales as (
        select jurisdiction_id, arrest_key, {{ gravest_end() }} as disposition_code
        from {{ ref("fct_arrest_charge") }} as charges
        join
            {{ ref("int_drug_act__mapped") }} as acts
            on acts.source_offense = charges.source_offense
            and acts.drug_act_code = 'sale'
        where
            charges.offense_code = '35A'
            and not is_pending_correction
            and {{ was_not_dropped() }}
            -- found guilty of less: nobody found that anything was sold
            and not ({{ was_lessened("disposition") }})
        group by jurisdiction_id, arrest_key
    ),

    newest as (
        select cells.jurisdiction_id, cells.market_id, cells.h3_9
        from {{ source("reference", "market_cell") }} as cells
        join
            {{ source("reference", "market") }} as markets
            on markets.jurisdiction_id = cells.jurisdiction_id
            and markets.market_id = cells.market_id
            and markets.market_version = cells.market_version
        where markets.is_newest and cells.ring_code = 'market'
    )

select
    arrests.jurisdiction_id,
    arrests.feed_id,
    arrests.record_key,
    arrests.incident_key,
    arrests.mention_key,
    arrests.arrested_on,
    points.h3_9,
    points.h3_10,
    newest.market_id,
    sales.disposition_code
from {{ ref("fct_arrest") }} as arrests
join
    sales
    on sales.jurisdiction_id = arrests.jurisdiction_id
    and sales.arrest_key = arrests.arrest_key
left join
    {{ ref("dim_point") }} as points
    on points.jurisdiction_id = arrests.jurisdiction_id
    and points.latitude = arrests.latitude
    and points.longitude = arrests.longitude
    and coalesce(points.is_within_bounds, true)
-- newest drawings share no cell
left join
    newest
    on newest.jurisdiction_id = arrests.jurisdiction_id
    and newest.h3_9 = points.h3_9
where arrests.arrested_on is not null and not arrests.is_pending_correction
