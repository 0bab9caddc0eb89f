-- fmt: off
{% materialization table, adapter="postgres" %}
    {{ return(replaced(this.incorporate(type="table"))) }}
{% endmaterialization %}

{#- Views on a table go with it, and a run may leave them out: one with the same columns stays, and its rows go.
    Dropped by dbt, in the same transaction: it has to know of the views that went along. -#}
{% macro postgres__replace_relation(existing, target, sql) -%}
    {%- set names = column_names_that_stay(existing, sql) -%}
    {%- if names -%}
        {%- if config.get("contract").enforced %} {{ get_assert_columns_equivalent(sql) }} {% endif %}
        truncate {{ existing }};
        insert into {{ existing }} ({{ names | join(", ") }})
        select {{ names | join(", ") }} from ({{ sql }}) as made
    {%- else %}
        {%- if existing is not none -%} {%- do adapter.drop_relation(existing) -%} {%- endif %}
        {{ create_table_as(False, target, sql) }}
    {%- endif %}
{%- endmacro %}

{#- Quoted, where a table has the columns of the query; none where it has others, or a full refresh replaces it. -#}
{% macro column_names_that_stay(existing, sql) -%}
    {%- set no_table = existing is none or existing.type != "table" -%}
    {%- if no_table or flags.FULL_REFRESH -%} {{ return([]) }} {%- endif -%}
    {%- set there = adapter.get_columns_in_relation(existing) | map(attribute="quoted") | sort -%}
    {%- set made = get_column_schema_from_query(sql) | map(attribute="quoted") | sort -%}
    {{ return(made if made == there else []) }}
{%- endmacro %}
