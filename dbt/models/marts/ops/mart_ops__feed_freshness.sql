with
    feeds as (select * from {{ ref("dim_feed") }}),

    batches as (
        select
            feed_id, count(distinct batch_id) as batches, max(known_at) as last_known_at
        from {{ ref("stg_change_set") }}
        group by feed_id
    ),

    records as (
        {%- for kind in coded_columns() %}
            select feed_id, pending_since is not null as is_pending_correction
            from {{ ref("int_" ~ kind ~ "__versions") }}
            where known_to is null
            {%- if not loop.last %}
                union all
            {%- endif %}
        {%- endfor %}
    ),

    totals as (
        select
            feed_id,
            count(*) as records_current,
            sum(case when is_pending_correction then 1 else 0 end) as records_pending
        from records
        group by feed_id
    )

select
    feeds.feed_id,
    feeds.jurisdiction_id,
    coalesce(batches.batches, 0) as batches,
    batches.last_known_at,
    cast(coalesce(totals.records_current, 0) as bigint) as records_current,
    cast(coalesce(totals.records_pending, 0) as bigint) as records_pending,
    feeds.warn_after_hours,
    feeds.error_after_hours
from feeds
left join batches on batches.feed_id = feeds.feed_id
left join totals on totals.feed_id = feeds.feed_id
