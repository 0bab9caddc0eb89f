select
    versions.jurisdiction_id,
    versions.feed_id,
    versions.record_key,
    versions.batch_id,
    versions.probation_term_key,
    versions.violated_on,
    versions.violated_on_precision,
    versions.detected_on,
    versions.detected_on_precision,
    versions.violation_type,
    violation_type_codes.code as violation_type_code,
    {{ how_mapped("violation_type") }} as violation_type_mapping,
    versions.source_violation,
    versions.response,
    response_codes.code as response_code,
    {{ how_mapped("response") }} as response_mapping,
    versions.responded_on,
    versions.responded_on_precision,
    versions.custody_days,
    versions.identity_basis,
    versions.op as change_op,
    versions.known_at as known_from,
    versions.known_to,
    versions.pending_since
from
    {{ ref("int_probation_violation__versions") }}
    as versions {{ join_codes("probation_violation") }}
