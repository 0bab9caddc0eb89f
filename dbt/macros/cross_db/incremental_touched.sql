-- fmt: off
{#- Incremental strategy `touched`: replace all rows of the record keys that the newest loads touched.
    Unlike delete+insert it also removes keys of which no version is left (their change sets were superseded). -#}
{% macro get_incremental_touched_sql(arguments) -%}
    {%- set target_relation = arguments["target_relation"] -%}
    {%- set columns = get_quoted_csv(arguments["dest_columns"] | map(attribute="name")) -%}
    delete from {{ target_relation }} as stored
    where exists (
        select 1 from ({{ touched_keys(config.require('meta')['record_kind']) }}) as touched
        where touched.feed_id = stored.feed_id and touched.record_key = stored.record_key
    );
    insert into {{ target_relation }} ({{ columns }})
    select {{ columns }} from {{ arguments["temp_relation"] }}
{%- endmacro %}
