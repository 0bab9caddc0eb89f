{#- Until when something of the strength that is told still counts: of what makes a tier violent, else of the sales; recorded
    before suspicion before weak, as the alphabet has it. -#}
{% macro until_strength_ends() -%}
    coalesce(
        {%- for told in ["violent_strength", "sale_strength"] %}
            {%- for strength in ["recorded", "suspicion", "weak"] %}
                max(case when {{ told }} = '{{ strength }}' then expires_on end)
                {%- if not (loop.last and told == "sale_strength") %},{% endif %}
            {%- endfor %}
        {%- endfor %}
    )
{%- endmacro %}

{#- True where the end of a charge says that a court found, or the agency charged, something less than it says. -#}
{% macro was_lessened(text) -%}
    lower(coalesce({{ text }}, '')) like '%lesser%'
    or lower(coalesce({{ text }}, '')) like '%reduced%'
    or lower(coalesce({{ text }}, '')) like '%amended%'
{%- endmacro %}
