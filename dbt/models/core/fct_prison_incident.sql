with history as (select * from {{ ref("fct_prison_incident_history") }})

select
    jurisdiction_id,
    feed_id,
    record_key,
    batch_id,
    prison_incident_key,
    occurred_at,
    occurred_at_local,
    occurred_at_clock,
    occurred_at_precision,
    facility_id,
    unit_id,
    source_class,
    weapon,
    weapon_code,
    weapon_mapping,
    injury_level,
    injury_level_code,
    injury_level_mapping,
    participant_count,
    finding,
    finding_code,
    finding_mapping,
    is_group_linked,
    identity_basis,
    known_from,
    pending_since is not null as is_pending_correction
from history
where known_to is null
