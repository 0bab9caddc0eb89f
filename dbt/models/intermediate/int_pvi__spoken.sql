with
    monthly as (
        select jurisdiction_id, month, count(*) as incidents
        from {{ ref("int_prison_incident__counted") }}
        group by jurisdiction_id, month
    ),

    spans as (
        select
            jurisdiction_id,
            min(month) as first_month,
            sum(incidents) / (
                {{ dbt.datediff("min(month)", "max(month)", "month") }}
                + cast(1 as double precision)
            ) as usual
        from monthly
        group by jurisdiction_id
    ),

    known as (
        select feeds.jurisdiction_id, max(feeds.last_known_on) as last_known_on
        from {{ ref("int_feed__known") }} as feeds
        where
            feeds.feed_id in (
                select kinds.feed_id
                from {{ source("reference", "feed_record_kind") }} as kinds
                where kinds.record_kind = 'prison_incident'
            )
        group by feeds.jurisdiction_id
    ),

    months as (
        select
            spans.jurisdiction_id,
            {{ month_series("spans.first_month", month_of("known.last_known_on")) }}
            as month,
            spans.usual,
            known.last_known_on
        from spans
        join known on known.jurisdiction_id = spans.jurisdiction_id
    )

select
    months.jurisdiction_id,
    months.month,
    cast(
        least({{ month_end("months.month") }}, months.last_known_on)
        - months.month
        + 1 as integer
    ) as incident_days
from months
left join
    monthly
    on monthly.jurisdiction_id = months.jurisdiction_id
    and monthly.month = months.month
-- exp(-14) is below one in a million: so empty a month was not delivered
where monthly.incidents > 0 or months.usual <= 14
