with history as (select * from {{ ref("fct_call_for_service_history") }})

select
    jurisdiction_id,
    feed_id,
    record_key,
    batch_id,
    incident_key,
    received_at,
    received_at_local,
    received_at_clock,
    received_at_precision,
    call_type,
    call_type_code,
    call_type_mapping,
    is_officer_initiated,
    disposition,
    disposition_code,
    disposition_mapping,
    area_id,
    precinct_id,
    beat_id,
    latitude,
    longitude,
    identity_basis,
    known_from,
    pending_since is not null as is_pending_correction
from history
where known_to is null
