{#- Of a relation with `units` that have `involvements` each, `before` units more involved than these, which hold
    `held_before`, of `all_units` with `total` involvements. -#}
{#- The share of all involvements that the first so many of 1,000 units hold, the most involved first; a part of a unit
    holds that part (the Lorenz curve is straight between units). Whole numbers up to the last division. -#}
{% macro share_of_top(per_mille) -%}
    sum(
        involvements
        * least(greatest({{ per_mille }} * all_units - 1000 * before, 0), 1000 * units)
    )
    / (1000 * cast(max(total) as double precision))
{%- endmacro %}

{#- The fewest units that together hold half. -#}
{% macro units_holding_half() -%}
    cast(
        sum(
            case
                when involvements > 0
                then
                    least(
                        ceil(
                            greatest(total - 2 * held_before, 0)
                            / (involvements * cast(2 as double precision))
                        ),
                        units
                    )
            end
        ) as bigint
    )
{%- endmacro %}

{#- 2 sum(i x_i) / (n sum x) - (n + 1) / n, with the ranks i from the least involved. -#}
{% macro gini() -%}
    cast(
        sum(involvements * units * (2 * (all_units - before) - units + 1))
        - (max(all_units) + 1) * max(total) as double precision
    )
    / cast(max(all_units) * max(total) as double precision)
{%- endmacro %}
