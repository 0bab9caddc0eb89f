with versions as (select * from {{ ref("int_shooting_incident__versions") }})

select
    jurisdiction_id,
    feed_id,
    record_key,
    batch_id,
    incident_key,
    occurred_at,
    occurred_at_local,
    area_id,
    precinct_id,
    beat_id,
    location_type,
    latitude,
    longitude,
    source_offense,
    identity_basis,
    op as change_op,
    known_at as known_from,
    known_to,
    pending_since
from versions
