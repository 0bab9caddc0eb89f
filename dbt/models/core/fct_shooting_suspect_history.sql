select
    versions.jurisdiction_id,
    versions.feed_id,
    versions.record_key,
    versions.batch_id,
    versions.incident_key,
    {{ mention_key("versions.record_key", "suspect") }} as mention_key,
    versions.suspect_age,
    versions.suspect_age_group,
    versions.suspect_sex,
    suspect_sex_codes.code as suspect_sex_code,
    {{ how_mapped("suspect_sex") }} as suspect_sex_mapping,
    versions.suspect_race,
    suspect_race_codes.code as suspect_race_code,
    {{ how_mapped("suspect_race") }} as suspect_race_mapping,
    versions.suspect_ethnicity,
    suspect_ethnicity_codes.code as suspect_ethnicity_code,
    {{ how_mapped("suspect_ethnicity") }} as suspect_ethnicity_mapping,
    versions.identity_basis,
    versions.op as change_op,
    versions.known_at as known_from,
    versions.known_to,
    versions.pending_since
from
    {{ ref("int_shooting_suspect__versions") }}
    as versions {{ join_codes("shooting_suspect") }}
