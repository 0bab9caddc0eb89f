{#- What holds for the rows of a model, in one query, since a test costs a node of dbt: `key` columns occur together once
    (nulls are equal), `never_null` have a value, `one_of` one of theirs or none, `refers_to` stand in another model or are
    null; with `records`, a column of record keys, incremental runs look at touched ones. It names problems and key. -#}
{% test sound(model, key=[], never_null=[], one_of={}, refers_to={}, records=none) %}
    {%- set asked = key + never_null + one_of | list + refers_to | list -%}
    {%- set columns = asked | unique | list -%}
    {%- set shown = (key or columns) | join(", ") %}
    with
        checked as (
            select {{ columns | join(", ") }}
            from {{ model }} {{ where_wrong(records) }}
        ),
        judged as (
            select
                {{ shown }},
                concat_ws(
                    '; ',
                    cast(null as varchar)
                    {%- for column in never_null %}
                        ,
                        case
                            when {{ column }} is null then '{{ column }} is missing'
                        end
                    {%- endfor %}
                    {%- for column, values in one_of.items() %}
                        ,
                        case
                            when {{ column }} not in ('{{ values | join("', '") }}')
                            then '{{ column }} is none of its values'
                        end
                    {%- endfor %}
                    {%- for column, parent in refers_to.items() %}
                        ,
                        case
                            when
                                {{ column }} is not null
                                and {{ column }} not in (
                                    select {{ column }}
                                    from {{ ref(parent) }}
                                    where {{ column }} is not null
                                )
                            then '{{ column }} is not in {{ parent }}'
                        end
                    {%- endfor %}
                ) as problem
            from checked
        )

    select problem, {{ shown }}
    from judged
    where problem <> ''
    {%- if key %}
        union all
        select 'more than one row of {{ shown }}' as problem, {{ shown }}
        from checked
        group by {{ shown }}
        having count(*) > 1
    {%- endif %}
{% endtest %}
