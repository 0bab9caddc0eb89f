{#- Tables that are made of the records of several kinds, one row or more for each key (`meta: {touched: {key, by}}`): an
    incremental run replaces the rows of the keys that the model `by` names. Such a table may depend on records, codes
    and people, never on a day that moves or on all rows at once. -#}
{#- In such a model, the condition on the rows that it is made of. -#}
{% macro only_touched(word="where") -%}
    {%- if is_incremental() %}
        {%- set touched = config.require("meta")["touched"] %}
        {{ word }} {{ touched["key"] }}
        in (select touched_key from {{ ref(touched["by"]) }})
    {%- endif -%}
{%- endmacro %}

{#- dbt's own, and for such a table also when what it looks up (rules, decisions, people) is another than at the run
    that passed last: that touches no record. -#}
{% macro should_full_refresh() -%}
    {%- if flags.FULL_REFRESH -%} {{ return(true) }} {%- endif -%}
    {%- set touched = config.get("meta", {}).get("touched") -%}
    {{ return(touched is not none and looks_up_anew(touched.get("people", false))) }}
{%- endmacro %}

{#- A load's digest is that of the reference rows, a slash, and that of the people. -#}
{% macro looks_up_anew(with_people) -%}
    {%- set seen -%}
        {%- if with_people -%} reference_digest
        {%- else -%} split_part(reference_digest, '/', 1)
        {%- endif -%}
    {%- endset -%}
    {%- set asked -%}
        select count(distinct {{ seen }})
        from {{ source("raw", "load") }}
        where load_id >= (
            select coalesce(max(load_id), 0)
            from {{ source("raw", "transform_run") }}
            where state = 'passed'
        )
    {%- endset -%}
    {{ return(run_query(asked).columns[0].values()[0] != 1) }}
{%- endmacro %}
