{#- Record keys of one kind that loads touched since the last whole run that passed. One column, and by `in`: the keys
    then go down into the scan as a filter, so that what is not touched is not even read as a whole row. -#}
{% macro touched_keys(record_kind) -%}
    select record_key
    from {{ source("raw", "touched") }}
    where record_kind = '{{ record_kind }}'
{%- endmacro %}

{#- Keys of an entity (arrest, incident) that the records of any kind that were touched name, or ever named: what they
    named before has to be made anew as well. -#}
{% macro touched_entities(entity) -%}
    select entity_key
    from {{ source("raw", "touched_entity") }}
    where entity = '{{ entity }}'
{%- endmacro %}

{#- In a test of rows that only loads change: a condition for those that may be wrong. What nothing touched since the run
    that passed is as it was then; a full refresh looks at everything. Loads know no record without a key. -#}
{% macro may_be_wrong(record_key) -%}
    {%- set touched_rows = source("raw", "touched") -%}
    {%- if flags.FULL_REFRESH -%} true
    {%- else -%} {{ record_key }} in (select record_key from {{ touched_rows }})
    {%- endif -%}
{%- endmacro %}

{#- The same for all rows of a test, where it knows the column with record keys. -#}
{% macro where_wrong(records) -%}
    {%- if records %} where {{ may_be_wrong(records) }} {%- endif -%}
{%- endmacro %}
