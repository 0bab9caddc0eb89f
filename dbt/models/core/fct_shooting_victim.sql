with history as (select * from {{ ref("fct_shooting_victim_history") }})

select
    jurisdiction_id,
    feed_id,
    record_key,
    batch_id,
    incident_key,
    mention_key,
    occurred_at,
    occurred_at_local,
    is_fatal,
    wound,
    source_offense,
    area_id,
    precinct_id,
    beat_id,
    latitude,
    longitude,
    victim_age,
    victim_age_group,
    victim_sex,
    victim_race,
    victim_ethnicity,
    identity_basis,
    known_from,
    pending_since is not null as is_pending_correction
from history
where known_to is null
