with history as (select * from {{ ref("fct_prison_incident_person_history") }})

select
    jurisdiction_id,
    feed_id,
    record_key,
    batch_id,
    prison_incident_key,
    mention_key,
    involvement,
    injury,
    injury_code,
    injury_mapping,
    finding,
    finding_code,
    finding_mapping,
    restrictive_housing_days,
    participant_age,
    participant_age_group,
    participant_sex,
    participant_sex_code,
    participant_sex_mapping,
    participant_race,
    participant_race_code,
    participant_race_mapping,
    participant_ethnicity,
    participant_ethnicity_code,
    participant_ethnicity_mapping,
    identity_basis,
    known_from,
    pending_since is not null as is_pending_correction
from history
where known_to is null
