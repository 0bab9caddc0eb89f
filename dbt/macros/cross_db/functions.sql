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

{#- The last local day that an instant speaks for: midnight belongs to the day that it ends. -#}
{% macro last_day_before(instant, time_zone) -%}
    cast(
        {{ instant }} at time zone 'UTC' at time zone {{ time_zone }}
        - interval '1 microsecond' as date
    )
{%- endmacro %}

{#- One row for each first day of a month from one month to another, as a column of a select list. -#}
{% macro month_series(first_month, last_month) -%}
    {{ return(adapter.dispatch("month_series")(first_month, last_month)) }}
{%- endmacro %}
{% macro default__month_series(first_month, last_month) -%}
    cast(
        generate_series({{ first_month }}, {{ last_month }}, interval '1 month') as date
    )
{%- endmacro %}
{% macro duckdb__month_series(first_month, last_month) -%}
    cast(
        unnest(
            generate_series({{ first_month }}, {{ last_month }}, interval '1 month')
        ) as date
    )
{%- endmacro %}

{#- The last day of the calendar month that begins on a day. -#}
{% macro month_end(month) -%}
    cast({{ month }} + interval '1 month' - interval '1 day' as date)
{%- endmacro %}

{#- A calendar day without its year as a number that sorts like it (month and day; 229 is February 29). -#}
{% macro day_of_year(day) -%}
    (extract(month from {{ day }}) * 100 + extract(day from {{ day }}))
{%- endmacro %}
