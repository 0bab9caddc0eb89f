{#- True where the age recorded at an event is below 18, or the band recorded begins below it. -#}
{% macro is_a_minors(age, age_group) -%}
    (
        {{ age }} < 18
        or {{ matches(age_group, "'^ *(<|under|(0?[0-9]|1[0-7])([^0-9]|$))'") }}
    )
{%- endmacro %}
