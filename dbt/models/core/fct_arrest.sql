with history as (select * from {{ ref("fct_arrest_history") }})

select
    jurisdiction_id,
    feed_id,
    record_key,
    batch_id,
    arrest_key,
    incident_key,
    mention_key,
    arrested_at,
    arrested_at_local,
    arrested_on,
    area_id,
    precinct_id,
    beat_id,
    latitude,
    longitude,
    arrestee_age,
    arrestee_age_group,
    arrestee_sex,
    arrestee_race,
    arrestee_ethnicity,
    identity_basis,
    known_from,
    pending_since is not null as is_pending_correction
from history
where known_to is null
