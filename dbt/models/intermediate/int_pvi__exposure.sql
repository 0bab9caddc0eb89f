{{ config(materialized="table") }}

{%- set kept = "month based_on last_known_on person_ref minutes reason".split() %}
with
    -- a release before the admission is an error of the record
    stretches as (select * from {{ ref("int_pvi__stretch") }} where left_at > began_at),

    -- who left before the first departure that is known is missing from its month
    months as (
        select
            jurisdiction_id,
            {{
                month_series(
                    "cast(date_trunc('month', min(left_at)) + interval '1 month' as date)",
                    month_of("max(last_known_on)"),
                )
            }}
            as month
        from stretches
        group by jurisdiction_id
    ),

    pieces as (
        select
            stretches.*,
            months.month,
            {{
                minutes_between(
                    "greatest(began_at, month)",
                    "least(left_at, month + interval '1 month')",
                )
            }} as minutes
        from months
        join
            stretches
            on stretches.jurisdiction_id = months.jurisdiction_id
            and stretches.began_at < months.month + interval '1 month'
            and stretches.left_at > months.month
    )

select
    jurisdiction_id,
    level,
    facility_id,
    unit_id,
    month,
    based_on,
    cast(
        least({{ month_end("month") }}, last_known_on) - month + 1 as integer
    ) as days_known,
    cast(sum(minutes) as bigint) as minutes,
    {{ minutes_of("restrictive_in") }} as restrictive_minutes,
    count(
        distinct case when reason = 'restrictive_in' then person_ref end
    ) as restrictive_people,
    {{ minutes_of("unknown") }} as unread_minutes
from ({{ at_levels("pieces", kept) }}) as placed
group by jurisdiction_id, level, facility_id, unit_id, month, based_on, last_known_on
