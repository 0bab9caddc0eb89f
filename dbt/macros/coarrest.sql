{#- The ties of one grade as they are published. -#}
{% macro coarrest_ties(grade) -%}
    select
        jurisdiction_id,
        person_key,
        other_person_key,
        window_code,
        known_on,
        events,
        first_on,
        last_on,
        expires_on,
        cast(millionths as double precision) / 1000000 as weight,
        case when is_found = 1 then 'recorded' else 'weak' end as strength
    from {{ ref("int_coarrest__edge") }}
    where grade = '{{ grade }}'
{%- endmacro %}
