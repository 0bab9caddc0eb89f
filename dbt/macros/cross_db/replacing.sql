-- fmt: off
{#- Both engines take the making of a relation back when its transaction fails, so that one is replaced where it stands:
    dbt's own way (make another, rename both, drop the old one) costs four more statements for each model. -#}
{% materialization view, adapter="duckdb" %}
    {{ return(replaced(this.incorporate(type="view"))) }}
{% endmaterialization %}

{% materialization table, adapter="duckdb" %}
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

{% macro duckdb__create_view_as(relation, sql) -%}
    {%- if config.get("contract").enforced %} {{ get_assert_columns_equivalent(sql) }} {% endif %}
    create or replace view {{ relation }} as ({{ sql }});
{%- endmacro %}
