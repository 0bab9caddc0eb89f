{{ config(materialized="table") }}

with
    -- a measure that never had a cell is not known to be zero anywhere
    located as (
        select jurisdiction_id, measure_code, min(month) as first_month
        from {{ ref("int_dmi__event") }}
        where h3_9 is not null
        group by jurisdiction_id, measure_code
    ),

    calls as (select * from {{ ref("int_call__spoken") }})

select
    calls.jurisdiction_id,
    calls.month,
    calls.call_days,
    calls.call_days = {{ month_end("calls.month") }} - calls.month + 1 as is_whole,
    arrests.jurisdiction_id is not null
    and arrest_months.jurisdiction_id is not null as has_arrests,
    coalesce(
        calls.month between shootings.first_month and known.last_known_on, false
    ) as has_shootings
from calls
left join
    {{ ref("int_arrest__spoken") }} as arrest_months
    on arrest_months.jurisdiction_id = calls.jurisdiction_id
    and arrest_months.month = calls.month
left join
    located as arrests
    on arrests.jurisdiction_id = calls.jurisdiction_id
    and arrests.measure_code = 'drug_arrests'
left join
    located as shootings
    on shootings.jurisdiction_id = calls.jurisdiction_id
    and shootings.measure_code = 'shootings'
left join
    {{ ref("int_shooting__known") }} as known
    on known.jurisdiction_id = calls.jurisdiction_id
