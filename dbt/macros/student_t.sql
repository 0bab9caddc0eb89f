{#- What leaves 2.5 percent of Student's t above it: from the seed student_t_quantile, joined as `quantiles`, and above its
    largest number of degrees of freedom by the first term of its expansion around the normal quantile z, (z^3 + z) / 4 over
    them (Abramowitz and Stegun 26.7.5), wrong there by less than 0.002 percent. -#}
{% macro t_quantile(freedom) -%}
    case
        when quantiles.degrees_of_freedom is not null
        then quantiles.upper_2_5_percent
        else
            1.959963984540054
            + 2.372271230298562 / cast(nullif({{ freedom }}, 0) as double precision)
    end
{%- endmacro %}

{#- Joins the quantiles of a number of degrees of freedom. -#}
{% macro join_t_quantiles(freedom) -%}
    left join
        {{ ref("student_t_quantile") }} as quantiles
        on quantiles.degrees_of_freedom = {{ freedom }}
{%- endmacro %}

{#- Half of the 95 percent interval of a mean of whole numbers, from how many they are, their sum and the sum of their
    squares. Whole up to the difference, which is small beside its terms: doubles would lose it. -#}
{% macro half_width(number, total, squares) -%}
    {{ t_quantile(number ~ " - 1") }} * sqrt(
        cast(
            {{ number }} * {{ squares }} - {{ total }} * {{ total }} as double precision
        )
        / nullif({{ number }} - 1, 0)
    )
    / {{ number }}
{%- endmacro %}
