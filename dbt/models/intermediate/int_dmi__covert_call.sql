{{ config(materialized="table") }}

with
    calls as (
        select
            measured.jurisdiction_id,
            measured.feed_id || '/' || measured.record_key as call_key,
            measured.occurred_on,
            points.h3_10
        from {{ ref("int_call__measured") }} as measured
        join
            {{ ref("dim_point") }} as points
            on points.jurisdiction_id = measured.jurisdiction_id
            and points.latitude = measured.latitude
            and points.longitude = measured.longitude
            and coalesce(points.is_within_bounds, true)
        where measured.measure_code = 'drug_calls'
    )

select
    sales.jurisdiction_id,
    sales.window_code,
    sales.person_key,
    sales.feed_id,
    sales.record_key,
    calls.call_key
from {{ ref("int_dmi__covert_sale") }} as sales
join
    calls
    on calls.jurisdiction_id = sales.jurisdiction_id
    and calls.h3_10 = sales.h3_10
    and calls.occurred_on
    between sales.arrested_on - sales.call_days and sales.arrested_on + sales.call_days
