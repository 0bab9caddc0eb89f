select
    versions.jurisdiction_id,
    versions.feed_id,
    versions.record_key,
    versions.batch_id,
    versions.group_key,
    versions.incident_key,
    versions.started_on,
    versions.started_on_precision,
    versions.ended_on,
    versions.ended_on_precision,
    versions.enforcement_type,
    enforcement_type_codes.code as enforcement_type_code,
    {{ how_mapped("enforcement_type") }} as enforcement_type_mapping,
    versions.people_touched,
    versions.area_id,
    versions.identity_basis,
    versions.op as change_op,
    versions.known_at as known_from,
    versions.known_to,
    versions.pending_since
from
    {{ ref("int_enforcement_action__versions") }}
    as versions {{ join_codes("enforcement_action") }}
