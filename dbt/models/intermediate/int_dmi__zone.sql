with
    known as (
        select distinct jurisdiction_id, h3_9
        from {{ ref("int_dmi__event") }}
        where h3_9 is not null
    ),

    declared as (select * from {{ source("reference", "market_cell") }})

select
    declared.jurisdiction_id,
    declared.market_id,
    declared.market_version,
    declared.ring_code,
    declared.h3_9,
    known.h3_9 is not null as is_known
from declared
left join
    known
    on known.jurisdiction_id = declared.jurisdiction_id
    and known.h3_9 = declared.h3_9
union all
-- the rest of the site: cells of no market and of no ring, so that it is the same for
-- every market
select
    known.jurisdiction_id,
    markets.market_id,
    markets.market_version,
    'comparison' as ring_code,
    known.h3_9,
    true as is_known
from known
join
    {{ ref("dim_market") }} as markets
    on markets.jurisdiction_id = known.jurisdiction_id
where
    not exists (
        select 1
        from declared
        where
            declared.jurisdiction_id = known.jurisdiction_id
            and declared.h3_9 = known.h3_9
    )
