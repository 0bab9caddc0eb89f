with versions as (select * from {{ ref("int_custody_stay__versions") }})

select
    versions.jurisdiction_id,
    versions.feed_id,
    versions.record_key,
    versions.batch_id,
    {{ mention_key("versions.record_key", "inmate") }} as mention_key,
    versions.admitted_at,
    versions.admitted_at_local,
    {{ clock_of("admitted_at") }} as admitted_at_clock,
    versions.admitted_at_precision,
    versions.released_at,
    versions.released_at_local,
    {{ clock_of("released_at") }} as released_at_clock,
    versions.released_at_precision,
    versions.facility_id,
    versions.unit_id,
    versions.custody_level,
    custody_level_codes.code as custody_level_code,
    {{ how_mapped("custody_level") }} as custody_level_mapping,
    versions.admission_reason,
    versions.release_reason,
    versions.inmate_age,
    versions.inmate_age_group,
    versions.inmate_sex,
    inmate_sex_codes.code as inmate_sex_code,
    {{ how_mapped("inmate_sex") }} as inmate_sex_mapping,
    versions.inmate_race,
    inmate_race_codes.code as inmate_race_code,
    {{ how_mapped("inmate_race") }} as inmate_race_mapping,
    versions.inmate_ethnicity,
    inmate_ethnicity_codes.code as inmate_ethnicity_code,
    {{ how_mapped("inmate_ethnicity") }} as inmate_ethnicity_mapping,
    versions.identity_basis,
    versions.op as change_op,
    versions.known_at as known_from,
    versions.known_to,
    versions.pending_since
from
    versions {{ join_codes("custody_stay") }}
    {{ join_clock("admitted_at") }}
    {{ join_clock("released_at") }}
