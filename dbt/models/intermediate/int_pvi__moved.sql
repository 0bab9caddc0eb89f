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
            -- within a unit, only a reason of restrictive housing turns anything
            case
                when
                    coalesce(movement_reason_code, '')
                    in ('restrictive_in', 'restrictive_out')
                    or from_facility_id is distinct from to_facility_id
                    or from_unit_id is distinct from to_unit_id
                then 1
                else 0
            end as is_turn,
            lead(from_facility_id, 1, to_facility_id) over ({{ by_booking() }})
            is distinct from to_facility_id
            or lead(from_unit_id, 1, to_unit_id) over ({{ by_booking() }})
            is distinct from to_unit_id as is_broken
        from {{ ref("fct_prison_movement") }}
        where booking_key is not null and moved_at_local is not null
    ),

    turned as (select *, sum(is_turn) over ({{ by_booking() }}) as turn from ordered)

select
    jurisdiction_id,
    feed_id,
    booking_key as person_ref,
    to_facility_id as facility_id,
    to_unit_id as unit_id,
    began_at,
    next_at as ended_at,
    -- a movement is missing: what was before, or how long this lasted, is not known
    case
        when is_broken or turn = 0
        then 'unknown'
        else
            first_value(coalesce(movement_reason_code, 'unknown')) over (
                partition by jurisdiction_id, feed_id, booking_key, turn
                order by moved_at_local, record_key
            )
    end as reason
from turned
