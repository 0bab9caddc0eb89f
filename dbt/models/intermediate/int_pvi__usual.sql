with
    months as (
        select
            *,
            -- only months with a rate say what is usual
            case when per_100_person_years is not null then events end as rated_events,
            case
                when per_100_person_years is not null then person_days_at_risk
            end as rated_days
        from {{ ref("mart_pvi__person_time") }}
        where
            measure = 'incidents'
            and class_code
            in ('all', 'assault_on_staff', 'multi_person_fight', 'assault_with_weapon')
    )

select
    jurisdiction_id,
    level,
    facility_id,
    unit_id,
    month,
    class_code,
    rated_events,
    events,
    person_days_at_risk,
    per_100_person_years,
    low_per_100_person_years,
    high_per_100_person_years,
    rate_note,
    {{ months_before("count(rated_events)", 12) }} as baseline_months,
    cast({{ months_before("sum(rated_events)", 12) }} as bigint) as baseline_events,
    cast({{ months_before("sum(rated_days)", 12) }} as bigint) as baseline_days,
    {{ months_before("count(rated_events)", 6) }} as recent_months,
    cast({{ months_before("sum(rated_events)", 6) }} as bigint) as recent_events,
    cast({{ months_before("sum(rated_days)", 6) }} as bigint) as recent_days
from months
