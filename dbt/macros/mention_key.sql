{#- A person as one record mentions them: the record and the role in it. -#}
{% macro mention_key(record_key, role) -%}
    {{ record_key }} || ':{{ role }}'
{%- endmacro %}
