select
    jurisdiction_id,
    feed_id,
    record_key,
    batch_id,
    group_key,
    incident_key,
    started_on,
    started_on_precision,
    ended_on,
    ended_on_precision,
    enforcement_type,
    enforcement_type_code,
    enforcement_type_mapping,
    people_touched,
    area_id,
    identity_basis,
    known_from,
    pending_since is not null as is_pending_correction
from {{ ref("fct_enforcement_action_history") }}
where known_to is null
