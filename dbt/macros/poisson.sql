{#- A limit of the mean of a Poisson count: from the seed exact_poisson_limit, joined as `limits`, and above its largest
    count by Byar's approximation (Breslow and Day 1987, page 69), wrong there by less than 0.004 percent. -#}
{% macro poisson_limit(side, width, events, limits="limits") -%}
    {%- set z = {"95": "1.959963984540054", "3_sigma": "3"}[width] -%}
    {%- set n = events if side == "low" else "(" ~ events ~ " + 1)" -%}
    {%- set root %}(
            1
            - cast(1 as double precision) / (9 * {{ n }})
            {{ "-" if side == "low" else "+" }} {{ z }}
            / (3 * sqrt(cast({{ n }} as double precision)))
        ){% endset -%}
    case
        when {{ limits }}.events is not null
        then {{ limits }}.{{ side }}_{{ width }}
        else {{ n }} * {{ root }} * {{ root }} * {{ root }}
    end
{%- endmacro %}

{#- Joins the limits of a count under the name `limits`, or another. -#}
{% macro join_poisson_limits(events, limits="limits") -%}
    left join
        {{ ref("exact_poisson_limit") }} as {{ limits }}
        on {{ limits }}.events = {{ events }}
{%- endmacro %}
