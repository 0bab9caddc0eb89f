{#- A person as one record mentions them: the record and the role in it; null where `condition` says it is no person. -#}
{% macro mention_key(record_key, role, condition="") -%}
    {%- if condition -%}
        case when {{ condition }} then {%- endif %} {{ record_key }} || ':{{ role }}'
    {%- if condition %} end {%- endif %}
{%- endmacro %}
