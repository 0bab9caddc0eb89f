{#- Functions that engines spell differently. -#}
{#- True when the text matches the pattern anywhere, whatever the case. -#}
{% macro matches(text, pattern) -%}
    {{ return(adapter.dispatch("matches")(text, pattern)) }}
{%- endmacro %}
{% macro default__matches(text, pattern) -%} {{ text }} ~* {{ pattern }} {%- endmacro %}
{% macro duckdb__matches(text, pattern) -%}
    regexp_matches({{ text }}, {{ pattern }}, 'i')
{%- endmacro %}

{#- The first day of the calendar month of a local wall clock or date. -#}
{% macro month_of(local) -%}
    cast({{ dbt.date_trunc("month", local) }} as date)
{%- endmacro %}
