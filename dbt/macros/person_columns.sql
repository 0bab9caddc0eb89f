{#- The identifying columns of the shared person block (expectations/blocks/person.yml). -#}
{% macro person_columns() -%}
    {{
        return(
            [
                "last_name",
                "second_last_name",
                "first_name",
                "middle_name",
                "name_suffix",
                "alias_names",
                "birth_date",
                "age",
                "age_group",
                "sex",
                "sid",
                "fbi_number",
                "local_id",
                "address",
            ]
        )
    }}
{%- endmacro %}
