{#- Joins the change of clocks within which a wall clock time of `versions` falls, under `<column>_change`. -#}
{% macro join_clock(column) -%}
    left join
        {{ source("reference", "clock_change") }} as {{ column }}_change
        on {{ column }}_change.jurisdiction_id = versions.jurisdiction_id
        and {{ column }}_change.changed_on = cast(versions.{{ column }}_local as date)
        and versions.{{ column }}_local >= {{ column }}_change.local_from
        and versions.{{ column }}_local < {{ column }}_change.local_to
{%- endmacro %}

{#- plain, repeated (occurs twice) or skipped (never occurred); null where no time is recorded. -#}
{% macro clock_of(column) -%}
    case
        when versions.{{ column }}_local is not null
        then coalesce({{ column }}_change.change_kind, 'plain')
    end
{%- endmacro %}
