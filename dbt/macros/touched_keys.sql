{#- Record keys of one kind that loads touched since the last whole run that passed. -#}
{% macro touched_keys(record_kind) -%}
    select distinct touched_rows.feed_id, touched_rows.record_key
    from {{ source("raw", "touched") }} as touched_rows
    where touched_rows.record_kind = '{{ record_kind }}'
{%- endmacro %}
