select
    versions.jurisdiction_id,
    versions.feed_id,
    versions.record_key,
    versions.batch_id,
    versions.arrest_key,
    versions.charge_number,
    versions.source_offense,
    offense_codes.code as offense_code,
    {{ how_mapped("offense") }} as offense_mapping,
    versions.source_offense_code,
    versions.statute,
    versions.charge_level,
    charge_level_codes.code as charge_level_code,
    {{ how_mapped("charge_level") }} as charge_level_mapping,
    versions.disposition,
    disposition_codes.code as disposition_code,
    {{ how_mapped("disposition") }} as disposition_mapping,
    {{ offense_group() }} as offense_group_code,
    offense_codes.mapped_by as offense_rule_id,
    versions.identity_basis,
    versions.op as change_op,
    versions.known_at as known_from,
    versions.known_to,
    versions.pending_since
from
    {{ ref("int_arrest_charge__versions") }}
    as versions {{ join_codes("arrest_charge") }}
