with
    first_told as (
        select feed_id, record_key, min(known_from) as told_at
        from {{ ref("fct_shooting_victim_history") }}
        group by feed_id, record_key
    ),

    victims as (
        select
            victims.jurisdiction_id,
            victims.feed_id,
            known.last_known_on as known_on,
            known.first_known_on,
            cast(victims.occurred_at_local as date) as occurred_on,
            {{ last_day_before("first_told.told_at", "places.time_zone") }} as told_on
        from {{ ref("fct_shooting_victim") }} as victims
        join
            first_told
            on first_told.feed_id = victims.feed_id
            and first_told.record_key = victims.record_key
        join {{ ref("int_feed__known") }} as known on known.feed_id = victims.feed_id
        join
            {{ ref("dim_jurisdiction") }} as places
            on places.jurisdiction_id = victims.jurisdiction_id
        where victims.occurred_at_local is not null
    ),

    lagged as (
        select
            *,
            cast({{ dbt.date_trunc("week", "occurred_on") }} as date) as week,
            cast(
                floor(greatest(told_on - occurred_on, 0) / 7.0) as integer
            ) as lag_weeks
        from victims
    )

select
    jurisdiction_id,
    feed_id,
    known_on,
    week,
    lag_weeks,
    cast(count(*) as bigint) as victims
from lagged
-- what the first delivery brought was known before; since when, nobody says
where week > first_known_on
group by jurisdiction_id, feed_id, known_on, week, lag_weeks
