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
            {{ answer_in_millionths() }} as millionths
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
        then {{ whole(share("sum(items.millionths)", "count(items.millionths)")) }}
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
