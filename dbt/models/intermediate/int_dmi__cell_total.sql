{{ config(materialized="table") }}

with
    events as (
        select
            months.jurisdiction_id,
            events.h3_9,
            events.measure_code,
            events.month,
            months.has_arrests,
            months.months_spoken,
            months.last_month
        from {{ ref("int_dmi__window") }} as months
        join
            {{ ref("int_dmi__event") }} as events
            on events.jurisdiction_id = months.jurisdiction_id
            and events.month = months.month
        where events.h3_9 is not null
    ),

    -- where anything happened: elsewhere nobody lives, or nobody looked
    cells as (
        select distinct jurisdiction_id, h3_9, has_arrests, months_spoken, last_month
        from events
    )

select
    cells.jurisdiction_id,
    measures.measure_code,
    cells.h3_9,
    cells.last_month,
    cells.months_spoken,
    count(events.month) as events,
    count(distinct events.month) as active_months
from cells
cross join (values ('drug_calls'), ('drug_arrests')) as measures(measure_code)
left join
    events
    on events.jurisdiction_id = cells.jurisdiction_id
    and events.h3_9 = cells.h3_9
    and events.measure_code = measures.measure_code
where measures.measure_code = 'drug_calls' or cells.has_arrests
group by
    cells.jurisdiction_id,
    measures.measure_code,
    cells.h3_9,
    cells.last_month,
    cells.months_spoken
