{{ config(materialized="table") }}

{%- for kind, columns in coded_columns().items() %}
    {%- set kind_first = loop.first %}
    {%- for column, terminology in columns.items() %}
        {%- if not (kind_first and loop.first) %}
            union all
        {%- endif %}
        select
            '{{ terminology }}' as terminology_id,
            feed_id,
            jurisdiction_id,
            '{{ kind }}' as record_kind,
            '{{ column }}' as column_name,
            {{ column }} as source_value,
            count(*) as versions,
            count(case when known_to is null then 1 end) as records
        from {{ ref("int_" ~ kind ~ "__versions") }}
        where {{ column }} is not null
        group by feed_id, jurisdiction_id, {{ column }}
    {%- endfor %}
{%- endfor %}
