{#- The group of a person as an audit of disparity compares it: who is recorded as Hispanic or Latino in either column is
    that, as in the standard of 2024; nothing recorded, unknown or not understood is one group of its own. -#}
{% macro audit_group(role) -%}
    case
        when
            {{ role }}_ethnicity_code = 'hispanic'
            or {{ role }}_race_code in ('hispanic', 'white_hispanic', 'black_hispanic')
        then 'hispanic'
        when {{ role }}_race_code = 'unknown'
        then 'not_recorded'
        else coalesce({{ role }}_race_code, 'not_recorded')
    end
{%- endmacro %}

{#- True where a number could point at somebody: 1 to 10. -#}
{% macro is_small(number) -%} {{ number }} between 1 and 10 {%- endmacro %}

{#- The same of one of several numbers. -#}
{% macro is_any_small(numbers) -%}
    (
        {%- for number in numbers %}
            {{ is_small(number) }} {%- if not loop.last %} or {% endif %}
        {%- endfor %}
    )
{%- endmacro %}

{#- Small groups, and those without which the hidden ones before them would be too few, or small together. -#}
{% macro is_hidden_group() -%}
    is_small = 1
    or (
        has_small = 1
        and (
            groups_before < 2
            or {{ is_any_small(["base_before", "outcomes_before", "others_before"]) }}
        )
    )
{%- endmacro %}

{#- Why a number of mart_legitimacy__disparity is null, in a sentence. -#}
{% macro disparity_note(reference_code) -%}
    case
        when base is null
        then 'Fewer than 11 people, or a group that would give such a one away.'
        when reference_base is null
        then 'The reference group has no number that may be shown.'
        when reference_outcomes = 0 and group_code <> '{{ reference_code }}'
        then 'Nobody of the reference group had the outcome.'
        when outcomes = 0 and relative_rate is not null
        then 'Nobody had the outcome, so the interval has no end.'
    end
{%- endmacro %}
