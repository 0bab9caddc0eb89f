{#- Responses that by their meaning put nobody into custody. -#}
{%- set without_custody = "'warning', 'sanction', 'treatment', 'modification'" -%}
with
    told as (
        select
            violations.*,
            count(
                coalesce(
                    response,
                    cast(responded_on as varchar),
                    cast(custody_days as varchar)
                )
            ) over (partition by feed_id) as answers_of_feed
        from {{ ref("fct_probation_violation") }} as violations
    ),

    answered as (
        select
            told.*,
            case
                when response_code = 'none'
                then false
                when response_code <> 'unknown'
                then true
                when responded_on is not null or custody_days > 0
                then true
                when response is null and answers_of_feed > 0
                then false
            end as is_answered
        from told
    )

select
    jurisdiction_id,
    {{ code_or_gap("violation_type") }} as violation_class_code,
    {{ month_of("violated_on") }} as month,
    is_answered,
    is_answered and coalesce(response_code, 'unknown') = 'revocation' as is_revoked,
    case
        when
            is_answered
            and detected_on_precision = 'day'
            and responded_on_precision = 'day'
            and responded_on >= detected_on
        then cast(responded_on - detected_on as integer)
    end as days_to_response,
    case
        when is_answered
        then
            coalesce(
                custody_days,
                case when response_code in ({{ without_custody }}) then 0 end
            )
    end as custody_days
from answered
