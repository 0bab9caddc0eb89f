{#- Of a group of charges the gravest end that is recorded as a standard code; else unmapped (somebody wrote a text that
    has no code) or not_recorded. -#}
{% macro gravest_end() -%}
    case
        {%- for code in ["convicted", "diverted", "pending", "unknown"] %}
            when count(case when disposition_code = '{{ code }}' then 1 end) > 0
            then '{{ code }}'
        {%- endfor %}
        when count(disposition) > 0
        then 'unmapped'
        else 'not_recorded'
    end
{%- endmacro %}

{#- True unless the charge came to nothing: what was dropped, acquitted or sealed is no reason for anything. -#}
{% macro was_not_dropped() -%}
    coalesce(disposition_code, '') not in ('dismissed', 'acquitted', 'sealed')
{%- endmacro %}

{#- True where a court found one of a group of charges as it was charged: who was found guilty of less, was not. -#}
{% macro was_found_as_charged() -%}
    max(
        case
            when
                disposition_code = 'convicted'
                and not ({{ was_lessened("disposition") }})
            then 1
            else 0
        end
    )
    = 1
{%- endmacro %}
