select
    versions.jurisdiction_id,
    versions.feed_id,
    versions.record_key,
    versions.batch_id,
    versions.incident_key,
    versions.suspect_group_key,
    versions.victim_group_key,
    versions.reviewed_on,
    versions.reviewed_on_precision,
    versions.group_involvement,
    group_involvement_codes.code as group_involvement_code,
    {{ how_mapped("group_involvement") }} as group_involvement_mapping,
    versions.motive,
    motive_codes.code as motive_code,
    {{ how_mapped("motive") }} as motive_mapping,
    versions.is_retaliation,
    versions.retaliation_risk,
    retaliation_risk_codes.code as retaliation_risk_code,
    {{ how_mapped("retaliation_risk") }} as retaliation_risk_mapping,
    versions.identity_basis,
    versions.op as change_op,
    versions.known_at as known_from,
    versions.known_to,
    versions.pending_since
from
    {{ ref("int_incident_review__versions") }}
    as versions {{ join_codes("incident_review") }}
