{{ config(materialized="table") }}

with
    change_sets as (select * from {{ ref("stg_change_set") }}),
    jurisdictions as (select * from {{ ref("dim_jurisdiction") }}),

    days as (
        select
            change_sets.feed_id,
            change_sets.jurisdiction_id,
            {{ last_day_before("change_sets.known_at", "jurisdictions.time_zone") }}
            as known_on
        from change_sets
        join
            jurisdictions on jurisdictions.jurisdiction_id = change_sets.jurisdiction_id
    )

select
    feed_id,
    jurisdiction_id,
    min(known_on) as first_known_on,
    max(known_on) as last_known_on
from days
group by feed_id, jurisdiction_id
