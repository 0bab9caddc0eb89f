with
    scores as (select * from {{ ref("int_survey__respondent") }}),

    cells as (
        {%- for level in ["jurisdiction", "area"] %}
            select
                jurisdiction_id,
                '{{ level }}' as level,
                {{ "area_id" if level == "area" else "cast(null as varchar)" }}
                as area_id,
                wave,
                scale,
                max(items) as items,
                max(least_answers) as least_answers,
                count(*) as respondents,
                count(millionths) as scored,
                cast(sum(answers) as bigint) as answers,
                cast(sum(millionths) as double precision) as millionths
            from scores
            group by jurisdiction_id, wave, scale {{ ", area_id" if level == "area" }}
            {%- if not loop.last %}
                union all
            {%- endif %}
        {%- endfor %}
    ),

    -- hidden areas with ten scores or fewer together would follow from the mean of
    -- all, so the smallest other one is hidden too
    ranked as (
        select
            *,
            sum(case when {{ is_small("scored") }} then scored else 0 end) over (
                partition by jurisdiction_id, wave, scale, level
            ) as small_scored,
            row_number() over (
                partition by jurisdiction_id, wave, scale, level
                order by case when scored > 10 then 0 else 1 end, scored, area_id
            ) as place
        from cells
    )

select
    jurisdiction_id,
    level,
    area_id,
    wave,
    scale,
    items,
    least_answers,
    respondents,
    scored,
    respondents - scored as not_scored,
    answers,
    case
        when scored > 10 and (not ({{ is_small("small_scored") }}) or place > 1)
        then {{ share("millionths", "scored") }} / 1000000
    end as mean_score
from ranked
