{#- Schemas bear the names that others rely on: no prefix, but as_of_ where models are built as of an instant. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set as_of = var("as_of", "") and node.resource_type == "model" -%}
    {{ "as_of_" if as_of }}{{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
