{#- Record keys of one kind that loads touched since the last whole run that passed. -#}
{% macro touched_keys(record_kind) -%}
    select distinct touched_rows.feed_id, touched_rows.record_key
    from {{ source("raw", "touched") }} as touched_rows
    where touched_rows.record_kind = '{{ record_kind }}'
{%- endmacro %}

{#- In a test of rows that only loads change: a condition for those that may be wrong. What nothing touched since the run
    that passed is as it was then; a full refresh looks at everything. -#}
{% macro may_be_wrong(record_key) -%}
    {%- set touched_rows = source("raw", "touched") -%}
    {%- if flags.FULL_REFRESH -%} true
    {%- else -%}
        (
            {{ record_key }} is null
            or {{ record_key }} in (select record_key from {{ touched_rows }})
        )
    {%- endif -%}
{%- endmacro %}
