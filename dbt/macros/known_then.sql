{#- With the variable `as_of` (a date or an instant in UTC) only what was known then: a date is the end of that day where
    the agency is. Models on top are then what they would have been, under today's rules and codes. -#}
{% macro known_then() -%}
    {%- set as_of = var("as_of", "") -%}
    {%- if as_of | length == 10 %}
        where
            exists (
                select 1
                from {{ source("reference", "jurisdiction") }} as places
                where
                    places.jurisdiction_id = changes.jurisdiction_id
                    and {{ last_day_before("known_at", "places.time_zone") }}
                    <= date '{{ as_of }}'
            )
    {%- elif as_of %} where known_at <= timestamp '{{ as_of }}'
    {%- endif -%}
{%- endmacro %}
