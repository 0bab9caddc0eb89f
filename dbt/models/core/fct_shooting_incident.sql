with history as (select * from {{ ref("fct_shooting_incident_history") }})

select
    jurisdiction_id,
    feed_id,
    record_key,
    batch_id,
    incident_key,
    occurred_at,
    occurred_at_local,
    occurred_at_clock,
    occurred_at_precision,
    area_id,
    precinct_id,
    beat_id,
    location_type,
    location_type_code,
    location_type_mapping,
    latitude,
    longitude,
    source_offense,
    offense_code,
    offense_mapping,
    identity_basis,
    known_from,
    pending_since is not null as is_pending_correction
from history
where known_to is null
