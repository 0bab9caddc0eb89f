select
    versions.jurisdiction_id,
    versions.feed_id,
    versions.record_key,
    versions.batch_id,
    versions.incident_key,
    versions.occurred_at,
    versions.occurred_at_local,
    {{ clock_of("occurred_at") }} as occurred_at_clock,
    versions.occurred_at_precision,
    versions.area_id,
    versions.precinct_id,
    versions.beat_id,
    versions.location_type,
    location_type_codes.code as location_type_code,
    {{ how_mapped("location_type") }} as location_type_mapping,
    versions.latitude,
    versions.longitude,
    versions.source_offense,
    offense_codes.code as offense_code,
    {{ how_mapped("offense") }} as offense_mapping,
    versions.identity_basis,
    versions.op as change_op,
    versions.known_at as known_from,
    versions.known_to,
    versions.pending_since
from
    {{ ref("int_shooting_incident__versions") }}
    as versions {{ join_codes("shooting_incident") }} {{ join_clock("occurred_at") }}
