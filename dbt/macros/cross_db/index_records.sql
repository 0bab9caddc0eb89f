-- fmt: off
{#- After an incremental model is built: the indexes by which touched rows are found, where the engine needs them: of the
    key, and of the columns that `meta: {found_by: [...]}` names. -#}
{% macro index_records() -%}
    {%- set meta = model.config.meta -%}
    {%- if meta.get("record_kind") or meta.get("touched") -%}
        {%- set key = meta.get("touched", {}).get("key", "record_key") -%}
        {{ adapter.dispatch("index_records")([key] + meta.get("found_by", [])) }}
    {%- endif -%}
{%- endmacro %}
{% macro duckdb__index_records(keys) -%}{%- endmacro %}
{% macro default__index_records(keys) -%}
    do $$ begin
        if not exists (select 1 from pg_index where indrelid = '{{ this }}'::regclass) then
            {%- for key in keys %}
            create index on {{ this }} ({{ key }});
            {%- endfor %}
        end if;
        analyze {{ this }};
    end $$
{%- endmacro %}
