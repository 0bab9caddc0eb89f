{%- set by_then = "days <= horizons.days_after" -%}
{%- set share = "cast(arrested as double precision) / at_risk" -%}
with
    levels as (
        select jurisdiction_id, notice_level, days, is_arrested
        from {{ ref("int_ipv__followed") }}
        union all
        select jurisdiction_id, 'all' as notice_level, days, is_arrested
        from {{ ref("int_ipv__followed") }}
    ),

    by_day as (
        select
            jurisdiction_id,
            notice_level,
            days,
            count(*) as ended,
            count(case when is_arrested then 1 end) as arrested
        from levels
        group by jurisdiction_id, notice_level, days
    ),

    steps as (
        select
            *,
            sum(ended) over (
                partition by jurisdiction_id, notice_level order by days desc
            ) as at_risk
        from by_day
    )

select
    steps.jurisdiction_id,
    steps.notice_level,
    horizons.months,
    cast(sum(ended) as bigint) as noticed,
    cast(sum(case when {{ by_then }} then arrested else 0 end) as bigint) as arrested,
    cast(
        sum(
            case when days < horizons.days_after then ended - arrested else 0 end
        ) as bigint
    ) as not_followed_so_long,
    max(case when {{ by_then }} and arrested = at_risk then 1 else 0 end)
    = 1 as is_nobody_left,
    sum(
        case
            when {{ by_then }} and arrested < at_risk then ln(1 - {{ share }}) else 0
        end
    ) as log_free,
    sum(
        case
            when {{ by_then }} and arrested < at_risk
            then {{ share }} / (at_risk - arrested)
            else 0
        end
    ) as variance
from steps
cross join (values (6, 183), (12, 365), (18, 548)) as horizons(months, days_after)
group by steps.jurisdiction_id, steps.notice_level, horizons.months
