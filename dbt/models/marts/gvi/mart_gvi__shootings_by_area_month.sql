select
    jurisdiction_id,
    area_id,
    {{ month_of("occurred_on") }} as month,
    cast(sum(incidents) as bigint) as incidents,
    cast(sum(victims) as bigint) as victims,
    cast(sum(fatal_victims) as bigint) as fatal_victims,
    cast(sum(victims) - sum(fatal_victims) as bigint) as nonfatal_victims
from {{ ref("int_shooting__by_day") }}
group by jurisdiction_id, area_id, {{ month_of("occurred_on") }}
