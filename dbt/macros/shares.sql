{#- A part of a whole of which something is known; null where that is nothing. -#}
{% macro share(part, whole) -%}
    {{ part }} / cast(nullif({{ whole }}, 0) as double precision)
{%- endmacro %}

{#- A count where anything is told of what it counts; null elsewhere, since not known is not zero. -#}
{% macro if_told(number, told) -%}
    case when {{ told }} > 0 then {{ number }} end
{%- endmacro %}
