{#- Whole minutes from one wall clock to a later one; both are whole minutes. -#}
{% macro minutes_between(earlier, later) -%}
    cast(extract(epoch from ({{ later }} - {{ earlier }})) / 60 as bigint)
{%- endmacro %}

{#- Minutes of a sum as days. -#}
{% macro days_of(minutes) -%}
    {{ minutes }} / cast(1440 as double precision)
{%- endmacro %}

{#- Minutes of the stretches with a reason, added up. -#}
{% macro minutes_of(reason) -%}
    cast(sum(case when reason = '{{ reason }}' then minutes else 0 end) as bigint)
{%- endmacro %}
