with
    counted as (
        select
            jurisdiction_id,
            violation_class_code,
            month,
            count(*) as detected,
            count(is_answered) as answer_told,
            count(case when is_answered then 1 end) as responded,
            count(case when is_revoked then 1 end) as revocations,
            count(days_to_response) as responses_with_days,
            percentile_cont(0.5) within group (
                order by cast(days_to_response as double precision)
            ) as median_days_to_response,
            count(case when days_to_response <= 2 then 1 end) as surely_within_72h,
            count(case when days_to_response <= 3 then 1 end) as perhaps_within_72h,
            count(custody_days) as responses_with_custody_told,
            cast(sum(custody_days) as bigint) as custody_days
        from {{ ref("int_violation__answered") }}
        group by jurisdiction_id, violation_class_code, month
    ),

    supervised as ({{ supervised_days() }}),

    known as ({{ last_known("probation_violation") }})

select
    counted.jurisdiction_id,
    counted.violation_class_code,
    counted.month,
    counted.detected,
    {{ if_told("responded", "answer_told") }} as responded,
    {{ if_told("revocations", "answer_told") }} as revocations,
    {{ if_told("responded - revocations", "answer_told") }} as other_responses,
    {{ if_told("answer_told - responded", "answer_told") }} as not_responded,
    detected - answer_told as response_not_told,
    {{ share("responded", "answer_told") }} as certainty,
    responses_with_days,
    median_days_to_response,
    {%- for name in ["surely_within_72h", "perhaps_within_72h"] %}
        {{ if_told(name, "responses_with_days") }} as {{ name }},
        {{ share(name, "responses_with_days") }} as share_{{ name }},
    {%- endfor %}
    responses_with_custody_told,
    custody_days,
    {{ share("custody_days", "responses_with_custody_told") }}
    as custody_days_per_response,
    supervised_days,
    {{ if_told(share("revocations * 36525", "supervised_days"), "answer_told") }}
    as revocations_per_100_supervised_years,
    known.last_known_on as known_on
from counted
join known on known.jurisdiction_id = counted.jurisdiction_id
left join
    supervised
    on supervised.jurisdiction_id = counted.jurisdiction_id
    and supervised.month = counted.month
    and supervised.month_end <= known.last_known_on
