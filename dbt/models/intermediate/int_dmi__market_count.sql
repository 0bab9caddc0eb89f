{%- set measures = [
    "drug_calls",
    "officer_drug_events",
    "disorder_calls",
    "violence_calls",
    "drug_arrests",
    "shootings",
] -%}
select
    zones.jurisdiction_id,
    zones.market_id,
    zones.market_version,
    zones.ring_code,
    months.month,
    months.call_days,
    months.is_whole,
    months.has_arrests,
    months.has_shootings,
    count(distinct case when zones.is_known then zones.h3_9 end) as cells,
    {%- for measure in measures %}
        count(
            case when events.measure_code = '{{ measure }}' then 1 end
        ) as {{ measure }},
    {%- endfor %}
    count(distinct busy.h3_9) as hot_cells
from {{ ref("int_dmi__zone") }} as zones
join
    {{ ref("int_dmi__month") }} as months
    on months.jurisdiction_id = zones.jurisdiction_id
left join
    {{ ref("int_dmi__event") }} as events
    on events.jurisdiction_id = zones.jurisdiction_id
    and events.month = months.month
    and events.h3_9 = zones.h3_9
left join
    {{ ref("int_dmi__busy_cell") }} as busy
    on busy.jurisdiction_id = zones.jurisdiction_id
    and busy.month = months.month
    and busy.h3_9 = zones.h3_9
group by
    zones.jurisdiction_id,
    zones.market_id,
    zones.market_version,
    zones.ring_code,
    months.month,
    months.call_days,
    months.is_whole,
    months.has_arrests,
    months.has_shootings
