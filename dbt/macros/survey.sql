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
