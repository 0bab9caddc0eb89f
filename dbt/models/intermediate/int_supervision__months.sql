with
    areas as (
        select
            jurisdiction_id,
            area_id,
            min(started_on) as first_on,
            max(last_known_on) as known_on,
            min(first_known_on) as first_known_on
        from {{ ref("int_probation_term__counted") }}
        group by jurisdiction_id, area_id
    ),

    months as (
        select
            jurisdiction_id,
            area_id,
            known_on,
            first_known_on,
            {{ month_series(month_of("first_on"), month_of("known_on")) }} as month
        from areas
    )

select
    jurisdiction_id,
    area_id,
    month,
    {{ month_end("month") }} as month_end,
    least({{ month_end("month") }}, known_on) as period_end,
    {{ month_end("month") }} < first_known_on as is_before_first_delivery
from months
