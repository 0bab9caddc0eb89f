{#- The rows of a relation at each level for which their place is given: all for the system, those with a facility for
    the facility, those with a unit for the unit. Places above a row's level are null. -#}
{% macro at_levels(relation, columns) -%}
    {%- for level in ["system", "facility", "unit"] %}
        select
            jurisdiction_id,
            '{{ level }}' as level,
            {{ "cast(null as varchar)" if level == "system" else "facility_id" }}
            as facility_id,
            {{ "unit_id" if level == "unit" else "cast(null as varchar)" }} as unit_id,
            {{ columns | join(", ") }}
        from {{ relation }}
        {%- if level != "system" %} where {{ level }}_id is not null {%- endif %}
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
{%- endmacro %}
