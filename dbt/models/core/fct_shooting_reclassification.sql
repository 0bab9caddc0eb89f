with
    versions as (
        select
            *,
            lag(is_fatal) over (
                partition by feed_id, record_key order by known_from
            ) as was_fatal,
            lag(known_from) over (
                partition by feed_id, record_key order by known_from
            ) as told_before_at
        from {{ ref("fct_shooting_victim_history") }}
    )

select
    jurisdiction_id,
    feed_id,
    record_key,
    batch_id,
    incident_key,
    occurred_at,
    was_fatal,
    is_fatal,
    told_before_at,
    known_from as reclassified_at,
    identity_basis
from versions
where was_fatal <> is_fatal
