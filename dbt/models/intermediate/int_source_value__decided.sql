-- a decision of the ledger outranks the reviewed table, one for the feed those for all
with
    decided as (
        select
            terminology_id,
            feed_id,
            source_value,
            code,
            'decision ' || decision_id as decided_by,
            1 as source_rank
        from {{ source("reference", "crosswalk_decision") }}
        union all
        select terminology_id, feed_id, source_value, code, review_id as decided_by, 2
        from {{ ref("reviewed_code") }}
    ),

    candidates as (
        select
            counted.terminology_id,
            counted.feed_id,
            counted.source_value,
            decided.code,
            decided.decided_by,
            row_number() over (
                partition by
                    counted.terminology_id, counted.feed_id, counted.source_value
                order by
                    decided.source_rank,
                    case when decided.feed_id = '*' then 2 else 1 end,
                    decided.decided_by
            ) as choice
        from
            (
                select distinct terminology_id, feed_id, source_value
                from {{ ref("int_source_value__counted") }}
            ) as counted
        join
            decided
            on decided.terminology_id = counted.terminology_id
            and decided.feed_id in (counted.feed_id, '*')
            and lower(decided.source_value) = lower(counted.source_value)
    )

select terminology_id, feed_id, source_value, code, decided_by
from candidates
where choice = 1
