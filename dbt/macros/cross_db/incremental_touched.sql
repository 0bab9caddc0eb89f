-- fmt: off
{#- Incremental strategy `touched`: replace all rows of the keys that the newest loads touched. Unlike delete+insert it
    also removes keys of which no row is left (their change sets were superseded, or they moved). -#}
{% macro get_incremental_touched_sql(arguments) -%}
    {%- set target_relation = arguments["target_relation"] -%}
    {%- set columns = get_quoted_csv(arguments["dest_columns"] | map(attribute="name")) -%}
    {%- set meta = config.require("meta") -%}
    {%- set key = meta.get("touched", {}).get("key", "record_key") -%}
    {%- if meta.get("touched") -%} {%- set touched = "select touched_key from " ~ ref(meta["touched"]["by"]) -%}
    {%- else -%} {%- set touched = touched_keys(meta["record_kind"]) -%}
    {%- endif -%}
    delete from {{ target_relation }} as stored
    where stored.{{ key }} in ({{ touched }});
    insert into {{ target_relation }} ({{ columns }})
    select {{ columns }} from {{ arguments["temp_relation"] }}
{%- endmacro %}
