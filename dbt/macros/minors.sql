{#- True where the age recorded at an event is below 18, or the band recorded begins below it. -#}
{% macro is_a_minors(age, age_group) -%}
    (
        {{ age }} < 18
        or {{ matches(age_group, "'^ *(<|under|(0?[0-9]|1[0-7])([^0-9]|$))'") }}
    )
{%- endmacro %}

{#- Whoever was a minor at any arrest; linked has the people of mentions. -#}
{% macro minors_at_arrests() -%}
    select linked.person_key
    from {{ ref("fct_arrest") }} as arrests
    join linked on linked.mention_key = arrests.mention_key
    where {{ is_a_minors("arrests.arrestee_age", "arrests.arrestee_age_group") }}
{%- endmacro %}
