select
    markets.jurisdiction_id,
    markets.market_id,
    markets.market_version,
    markets.market_name,
    markets.is_newest,
    markets.identified_on,
    markets.call_in_on,
    markets.notified_on,
    markets.maintenance_on,
    markets.ring_steps,
    count(case when cells.ring_code = 'market' then 1 end) as market_cells,
    count(case when cells.ring_code = 'ring' then 1 end) as ring_cells
from {{ source("reference", "market") }} as markets
join
    {{ source("reference", "market_cell") }} as cells
    on cells.jurisdiction_id = markets.jurisdiction_id
    and cells.market_id = markets.market_id
    and cells.market_version = markets.market_version
group by
    markets.jurisdiction_id,
    markets.market_id,
    markets.market_version,
    markets.market_name,
    markets.is_newest,
    markets.identified_on,
    markets.call_in_on,
    markets.notified_on,
    markets.maintenance_on,
    markets.ring_steps
