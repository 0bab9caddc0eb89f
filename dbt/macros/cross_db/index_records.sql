-- fmt: off
{#- After a model of versions is built: the index by which touched records are found, where the engine needs one. -#}
{% macro index_records() -%}
    {%- if model.config.meta.get("record_kind") -%}
        {{ adapter.dispatch("index_records")() }}
    {%- endif -%}
{%- endmacro %}
{% macro duckdb__index_records() -%}{%- endmacro %}
{% macro default__index_records() -%}
    do $$ begin
        if not exists (select 1 from pg_index where indrelid = '{{ this }}'::regclass) then
            create index on {{ this }} (feed_id, record_key);
        end if;
        analyze {{ this }};
    end $$
{%- endmacro %}
