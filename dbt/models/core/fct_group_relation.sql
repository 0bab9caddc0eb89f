select
    jurisdiction_id,
    feed_id,
    record_key,
    batch_id,
    group_key,
    other_group_key,
    relation_type,
    relation_type_code,
    relation_type_mapping,
    started_on,
    started_on_precision,
    confirmed_on,
    confirmed_on_precision,
    ended_on,
    ended_on_precision,
    identity_basis,
    known_from,
    pending_since is not null as is_pending_correction
from {{ ref("fct_group_relation_history") }}
where known_to is null
