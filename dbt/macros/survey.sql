{#- An answer from 0 (least favorable) to 1,000,000 (most favorable); null where there is none inside of its range. Whole
    millionths, so that sums do not depend on the order in which an engine adds. -#}
{% macro answer_in_millionths() -%}
    case
        when
            highest_answer > lowest_answer
            and answer between lowest_answer and highest_answer
        then
            {{
                whole(
                    "(case when is_reversed then highest_answer - answer else answer - lowest_answer end)"
                    " * cast(1000000 as double precision) / (highest_answer - lowest_answer)"
                )
            }}
    end
{%- endmacro %}

{#- The nearest whole number; engines differ in what round() does with a half. -#}
{% macro whole(number) -%} cast(floor({{ number }} + 0.5) as bigint) {%- endmacro %}

{#- Cells of a survey with is_shown: a mean needs 11 scores. Hidden areas with ten scores or fewer together would follow from
    the mean of all, so the smallest other one is hidden too. -#}
{% macro with_hidden_neighbor(cells) -%}
    select
        *,
        scored > 10 and (not ({{ is_small("small_scored") }}) or place > 1) as is_shown
    from
        (
            select
                *,
                sum(case when {{ is_small("scored") }} then scored else 0 end) over (
                    partition by jurisdiction_id, wave, scale, level
                ) as small_scored,
                row_number() over (
                    partition by jurisdiction_id, wave, scale, level
                    order by case when scored > 10 then 0 else 1 end, scored, area_id
                ) as place
            from {{ cells }}
        ) as ranked
{%- endmacro %}
