with
    versions as (select * from {{ ref("int_shooting_victim__versions") }})

select
    jurisdiction_id,
    feed_id,
    record_key,
    batch_id,
    incident_key,
    {{ mention_key("record_key", "victim") }} as mention_key,
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
    op as change_op,
    known_at as known_from,
    known_to,
    pending_since
from versions
