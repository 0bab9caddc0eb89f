{#- How the code of a column is called: source_offense has offense_code and offense_mapping. -#}
{% macro code_stem(column) -%}
    {{ return(column[7:] if column.startswith("source_") else column) }}
{%- endmacro %}

{#- Joins the codes of one kind's columns to its versions, each under `<stem>_codes`. -#}
{% macro join_codes(kind, versions="versions") -%}
    {%- for column, terminology in coded_columns()[kind].items() %}
        {%- set codes = code_stem(column) ~ "_codes" %}
        left join
            {{ ref("int_source_value__mapped") }} as {{ codes }}
            on {{ codes }}.terminology_id = '{{ terminology }}'
            and {{ codes }}.feed_id = {{ versions }}.feed_id
            and {{ codes }}.source_value = {{ versions }}.{{ column }}
    {%- endfor %}
{%- endmacro %}

{#- How the code under `<stem>_codes` was found; not_recorded where the agency recorded nothing. -#}
{% macro how_mapped(stem) -%}
    coalesce({{ stem }}_codes.mapping, 'not_recorded')
{%- endmacro %}

{#- What a rule says, where a rule decided; the other value elsewhere. -#}
{% macro if_rule(value, otherwise="null") -%}
    case when chosen.mapping = 'rule' then {{ value }} else {{ otherwise }} end
{%- endmacro %}

{#- The offense group; unmapped or not_recorded where there is none. -#}
{% macro offense_group() -%}
    coalesce(offense_codes.group_code, {{ how_mapped("offense") }})
{%- endmacro %}

{#- A code as part of a cell: unmapped where no code fits the recorded words, not_recorded where there are none. -#}
{% macro code_or_gap(stem) -%}
    coalesce(
        {{ stem }}_code,
        case
            when {{ stem }}_mapping = 'not_recorded' then 'not_recorded' else 'unmapped'
        end
    )
{%- endmacro %}
