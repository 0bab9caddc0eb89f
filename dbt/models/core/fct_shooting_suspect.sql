select
    jurisdiction_id,
    feed_id,
    record_key,
    batch_id,
    incident_key,
    mention_key,
    suspect_age,
    suspect_age_group,
    suspect_sex,
    suspect_sex_code,
    suspect_sex_mapping,
    suspect_race,
    suspect_race_code,
    suspect_race_mapping,
    suspect_ethnicity,
    suspect_ethnicity_code,
    suspect_ethnicity_mapping,
    identity_basis,
    known_from,
    pending_since is not null as is_pending_correction
from {{ ref("fct_shooting_suspect_history") }}
where known_to is null
