{#- What holds for the rows of a model, in one query, since a test costs a node of dbt: `key` columns occur together once
    (nulls are equal), `never_null` columns have a value, `one_of` columns one of theirs or none, and `refers_to` columns
    stand under the same name in another model or are null. A row that fails names its problems and its key. With `records`
    (a column with record keys, which the key has to determine) incremental runs look at touched records only. -#}
{% test sound(model, key=[], never_null=[], one_of={}, refers_to={}, records=none) %}
    {%- set asked = key + never_null + one_of | list + refers_to | list -%}
    {%- set columns = asked | unique | list -%}
    {%- set shown = (key or columns) | join(", ") %}
    with
        checked as (
            select {{ columns | join(", ") }}
            from {{ model }}
            {%- if records %} where {{ may_be_wrong(records) }} {%- endif %}
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
