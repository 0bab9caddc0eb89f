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
