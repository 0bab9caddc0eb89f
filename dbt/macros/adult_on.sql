{#- The 18th birthday by the latest day that a recorded birth date may stand for: the first of a month or of January may
    be a month or a year without a day. -#}
{% macro adult_on(birth_date) -%}
    {%- set latest_birth -%}
        case
            when extract(day from {{ birth_date }}) > 1
            then {{ birth_date }}
            when extract(month from {{ birth_date }}) = 1
            then {{ dbt.dateadd("year", 1, birth_date) }}
            else {{ dbt.dateadd("month", 1, birth_date) }}
        end
    {%- endset -%}
    cast({{ dbt.dateadd("year", 18, "cast(" ~ latest_birth ~ " as date)") }} as date)
{%- endmacro %}
