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
        -- on a trip, of a placement in which a movement is missing
        when not is_back and broken > 0 and turn_reason in ('court', 'medical')
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
