-- fmt: off
{#- After an incremental model is built: the index by which touched rows are found, where the engine needs one. -#}
{% macro index_records() -%}
    {%- set meta = model.config.meta -%}
    {%- if meta.get("record_kind") or meta.get("touched") -%}
        {{ adapter.dispatch("index_records")(meta.get("touched", {}).get("key", "record_key")) }}
    {%- endif -%}
{%- endmacro %}
{% macro duckdb__index_records(key) -%}{%- endmacro %}
{% macro default__index_records(key) -%}
    do $$ begin
        if not exists (select 1 from pg_index where indrelid = '{{ this }}'::regclass) then
            create index on {{ this }} ({{ key }});
        end if;
        analyze {{ this }};
    end $$
{%- endmacro %}
