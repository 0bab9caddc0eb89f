{{ config(materialized="table") }}

with
    known as ({{ last_known("arrest") }}),

    linked as (
        select mention_key, person_key
        from {{ ref("int_person__held") }}
        where grade = 'action'
    ),

    minors as ({{ minors_at_arrests() }})

select
    sales.jurisdiction_id,
    windows.window_code,
    windows.largest_event,
    windows.call_days,
    windows.least_people,
    known.last_known_on as known_on,
    linked.person_key,
    sales.feed_id,
    sales.record_key,
    sales.incident_key,
    sales.arrested_on,
    sales.h3_9,
    sales.h3_10
from {{ ref("int_dmi__sale") }} as sales
join linked on linked.mention_key = sales.mention_key
join known on known.jurisdiction_id = sales.jurisdiction_id
cross join {{ ref("covert_window") }} as windows
where
    -- what happens in a declared market is not covert
    sales.market_id is null
    and sales.arrested_on <= known.last_known_on
    and known.last_known_on < cast(
        {{ dbt.dateadd("month", "windows.window_months", "sales.arrested_on") }} as date
    )
    and linked.person_key not in (select person_key from minors)
