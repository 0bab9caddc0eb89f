{#- The part of a scale's items that a respondent has to answer to have a score on it. -#}
{%- set least_share = var("survey_least_share", "0.5") -%}
with
    items as (
        select
            jurisdiction_id,
            coalesce(area_id, 'not recorded') as area_id,
            wave,
            scale,
            item,
            respondent_key,
            -- whole millionths, so that sums do not depend on their order
            case
                when highest_answer > lowest_answer
                then
                    cast(
                        floor(
                            case
                                when answer not between lowest_answer and highest_answer
                                then null
                                when is_reversed
                                then highest_answer - answer
                                else answer - lowest_answer
                            end
                            * cast(1000000 as double precision)
                            / (highest_answer - lowest_answer)
                            + 0.5
                        ) as bigint
                    )
            end as millionths
        from {{ ref("fct_legitimacy_survey") }}
    ),

    asked as (
        select
            jurisdiction_id,
            wave,
            scale,
            count(distinct item) as items,
            cast(
                ceil(count(distinct item) * {{ least_share }}) as bigint
            ) as least_answers
        from items
        group by jurisdiction_id, wave, scale
    )

select
    items.jurisdiction_id,
    min(items.area_id) as area_id,
    items.wave,
    items.scale,
    asked.items,
    asked.least_answers,
    count(items.millionths) as answers,
    case
        when count(items.millionths) >= asked.least_answers
        then
            cast(
                floor(
                    sum(items.millionths)
                    / cast(nullif(count(items.millionths), 0) as double precision)
                    + 0.5
                ) as bigint
            )
    end as millionths
from items
join
    asked
    on asked.jurisdiction_id = items.jurisdiction_id
    and asked.wave = items.wave
    and asked.scale = items.scale
group by
    items.jurisdiction_id,
    items.wave,
    items.scale,
    items.respondent_key,
    asked.items,
    asked.least_answers
