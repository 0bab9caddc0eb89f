-- one person's stretches follow each other: the next movement ends what this one began
with
    ordered as (
        select
            *,
            {{ dbt.date_trunc("minute", "moved_at_local") }} as began_at,
            {{
                dbt.date_trunc(
                    "minute", "lead(moved_at_local) over (" ~ by_booking() ~ ")"
                )
            }} as next_at,
            {{ is_turn() }} as is_turn,
            {{ is_trip() }} as is_trip,
            {{ is_broken() }} as is_broken
        from {{ ref("fct_prison_movement") }}
        where booking_key is not null and moved_at_local is not null
    ),

    -- a placement goes on through trips; only another movement ends it
    turned as (
        select
            *,
            sum(is_turn) over ({{ by_booking() }}) as turn,
            sum(is_turn * (1 - is_trip)) over ({{ by_booking() }}) as placement
        from ordered
    ),

    placed as (
        select
            *,
            {{ reason_of("turn") }} as turn_reason,
            {{ reason_of("placement") }} as placement_reason,
            {{ is_back() }} as is_back
        from turned
    ),

    returned as (
        select
            *,
            {{ was_long_away() }} as was_long_away,
            sum(is_broken) over ({{ by_booking("placement") }}) - is_broken as broken
        from placed
    )

select
    jurisdiction_id,
    feed_id,
    booking_key as person_ref,
    to_facility_id as facility_id,
    to_unit_id as unit_id,
    began_at,
    next_at as ended_at,
    {{ reason_held() }} as reason
from returned
