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
                sum(millionths) as total,
                sum(millionths * millionths) as squares
            from scores
            group by jurisdiction_id, wave, scale {{ ", area_id" if level == "area" }}
            {%- if not loop.last %}
                union all
            {%- endif %}
        {%- endfor %}
    ),

    shown as ({{ with_hidden_neighbor("cells") }}),

    measured as (
        select
            shown.*,
            case
                when is_shown then cast(total as double precision) / scored / 1000000
            end as mean_score,
            {{ half_width("scored", "total", "squares") }} / 1000000 as half_width
        from shown {{ join_t_quantiles("shown.scored - 1") }}
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
    mean_score,
    case when is_shown then greatest(mean_score - half_width, 0) end as low_mean_score,
    case when is_shown then least(mean_score + half_width, 1) end as high_mean_score
from measured
