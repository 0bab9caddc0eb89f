{#- The movements of one time in custody, or of a part of it, in their order. -#}
{% macro by_booking(part=none) -%}
    partition by jurisdiction_id, feed_id, booking_key {{ ", " ~ part if part }}
    order by moved_at_local, record_key
{%- endmacro %}

{#- 1 where a movement changes what holds: within a unit, only a reason of restrictive housing does. -#}
{% macro is_turn() -%}
    case
        when
            coalesce(movement_reason_code, '') in ('restrictive_in', 'restrictive_out')
            or from_facility_id is distinct from to_facility_id
            or from_unit_id is distinct from to_unit_id
        then 1
        else 0
    end
{%- endmacro %}

{#- 1 where a movement is part of a trip to court or to medical care, there or back. The way back may bear no reason; who
    first comes from nowhere is no traveler. -#}
{% macro is_trip() -%}
    {%- set before %} over ({{ by_booking() }}){% endset -%}
    case
        when movement_reason_code in ('court', 'medical')
        then
            case
                when
                    coalesce(
                        from_facility_id, from_unit_id, lag(record_key) {{ before }}
                    )
                    is not null
                then 1
                else 0
            end
        when
            coalesce(movement_reason_code, 'unknown') = 'unknown'
            and lag(movement_reason_code) {{ before }} in ('court', 'medical')
        then 1
        else 0
    end
{%- endmacro %}

{#- 1 where the next movement begins elsewhere than this one ended, so that one between them is missing. -#}
{% macro is_broken() -%}
    case
        when
            lead(from_facility_id, 1, to_facility_id) over ({{ by_booking() }})
            is distinct from to_facility_id
            or lead(from_unit_id, 1, to_unit_id) over ({{ by_booking() }})
            is distinct from to_unit_id
        then 1
        else 0
    end
{%- endmacro %}

{#- The reason that began a part of a time in custody. -#}
{% macro reason_of(part) -%}
    first_value(coalesce(movement_reason_code, 'unknown')) over ({{ by_booking(part) }})
{%- endmacro %}

{#- True in the unit in which a placement began. -#}
{% macro is_back() -%}
    {%- set began = by_booking("placement") -%}
    first_value(to_facility_id) over ({{ began }}) is not distinct from to_facility_id
    and first_value(to_unit_id) over ({{ began }}) is not distinct from to_unit_id
{%- endmacro %}

{#- 1 where a return follows more than three days (dbt variable longest_trip_days) after the unit was left. -#}
{% macro was_long_away() -%}
    case
        when
            is_back
            and began_at
            > lag(next_at) over ({{ by_booking("placement, is_back") }})
            + interval '{{ var("longest_trip_days", 3) }} days'
        then 1
        else 0
    end
{%- endmacro %}

{#- The reason that tells whether a stretch is restrictive housing. Back in the unit it is that of the placement, unless the
    person was away for long or a movement is missing: then nobody said that restrictive housing went on, nor that it ended. -#}
{% macro reason_held() -%}
    case
        -- a movement is missing: what was before, or how long this lasted, is not known
        when is_broken = 1 or placement = 0
        then 'unknown'
        when not is_back
        then turn_reason
        when
            placement_reason = 'restrictive_in'
            and (
                broken > 0
                or sum(was_long_away) over ({{ by_booking("placement") }}) > 0
            )
        then 'unknown'
        else placement_reason
    end
{%- endmacro %}

{#- Whole minutes from one wall clock to a later one; both are whole minutes. -#}
{% macro minutes_between(earlier, later) -%}
    cast(extract(epoch from ({{ later }} - {{ earlier }})) / 60 as bigint)
{%- endmacro %}

{#- Minutes of a sum as days. -#}
{% macro days_of(minutes) -%}
    {{ minutes }} / cast(1440 as double precision)
{%- endmacro %}

{#- Minutes of the stretches with a reason, added up. -#}
{% macro minutes_of(reason) -%}
    cast(sum(case when reason = '{{ reason }}' then minutes else 0 end) as bigint)
{%- endmacro %}
