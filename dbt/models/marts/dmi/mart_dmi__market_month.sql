{%- set phases = ["maintenance", "notified", "call_in", "identified"] -%}
with
    persisting as (
        select
            *,
            count(case when hot_cells > 0 then 1 end) over twelve as hot_months,
            count(case when is_whole then 1 end) over twelve as whole_months
        from {{ ref("int_dmi__market_count") }}
        window
            twelve as (
                partition by jurisdiction_id, market_id, market_version, ring_code
                order by
                    month range between interval '11 months' preceding and current row
            )
    )

select
    persisting.jurisdiction_id,
    persisting.market_id,
    persisting.market_version,
    markets.is_newest,
    persisting.ring_code,
    persisting.month,
    persisting.call_days,
    persisting.is_whole,
    case
        {%- for phase in phases %}
            when {{ month_of("markets." ~ phase ~ "_on") }} <= persisting.month
            then '{{ phase }}'
        {%- endfor %}
        else 'before'
    end as phase_code,
    {{ month_of("markets.notified_on") }} as notified_month,
    persisting.cells,
    persisting.drug_calls,
    persisting.officer_drug_events,
    persisting.disorder_calls,
    persisting.violence_calls,
    case when persisting.has_arrests then persisting.drug_arrests end as drug_arrests,
    case when persisting.has_shootings then persisting.shootings end as shootings,
    case
        when persisting.ring_code <> 'comparison' then persisting.hot_months
    end as hot_months,
    case
        when persisting.ring_code = 'comparison'
        then null
        when persisting.hot_months >= 6
        then true
        when persisting.whole_months = 12
        then false
    end as is_persistent
from persisting
join
    {{ ref("dim_market") }} as markets
    on markets.jurisdiction_id = persisting.jurisdiction_id
    and markets.market_id = persisting.market_id
    and markets.market_version = persisting.market_version
