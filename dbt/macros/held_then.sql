{#- Memberships of people that hold now, or with the variable `as_of` held then (a date is the end of that day in UTC:
    a person belongs to no place). -#}
{% macro held_then() -%}
    {%- set as_of = var("as_of", "") -%}
    {%- if as_of | length == 10 %}
        where
            cast(known_from as date) <= date '{{ as_of }}'
            and (known_to is null or cast(known_to as date) > date '{{ as_of }}')
    {%- elif as_of %}
        where
            known_from <= timestamp '{{ as_of }}'
            and (known_to is null or known_to > timestamp '{{ as_of }}')
    {%- else %} where known_to is null
    {%- endif -%}
{%- endmacro %}

{#- Mentions of people at the grade that may touch a person, entries of rosters among them. -#}
{% macro held_for_action() -%}
    select mention_key, person_key
    from {{ ref("int_person__held") }}
    where grade = 'action'
    union all
    select mention_key, person_key
    from {{ ref("person_membership_roster") }} {{ held_then() }} and grade = 'action'
{%- endmacro %}
