-- fmt: off
{#- Both engines take the making of a relation back when its transaction fails, so that one is replaced where it stands:
    dbt's own way (make another, rename both, drop the old one) costs four more statements for each model. -#}
{% materialization view, adapter="duckdb" %}
    {{ return(replaced(this.incorporate(type="view"))) }}
{% endmaterialization %}

{% materialization table, adapter="duckdb" %}
    {{ return(replaced(this.incorporate(type="table"))) }}
{% endmaterialization %}

{% materialization table, adapter="postgres" %}
    {{ return(replaced(this.incorporate(type="table"))) }}
{% endmaterialization %}

{#- The transaction begins with the main statement, so that the old relation goes within it. -#}
{% macro replaced(target) -%}
    {%- set existing = load_cached_relation(target) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement("main") -%}
        {{ adapter.dispatch("replace_relation")(existing, target, sql) }}
    {%- endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({"relations": [target]}) }}
{%- endmacro %}

{% macro default__replace_relation(existing, target, sql) -%}
    {%- if existing is not none and (target.type == "table" or existing.type != target.type) %}
    drop {{ existing.type }} if exists {{ existing }};
    {%- endif %}
    {{ get_create_view_as_sql(target, sql) if target.type == "view" else create_table_as(False, target, sql) }}
{%- endmacro %}

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

{% macro duckdb__create_view_as(relation, sql) -%}
    {%- if config.get("contract").enforced %} {{ get_assert_columns_equivalent(sql) }} {% endif %}
    create or replace view {{ relation }} as ({{ sql }});
{%- endmacro %}
