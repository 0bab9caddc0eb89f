with versions as (select * from {{ ref("int_arrest__versions") }})

select
    jurisdiction_id,
    feed_id,
    record_key,
    batch_id,
    arrest_key,
    incident_key,
    {{ mention_key("record_key", "arrestee") }} as mention_key,
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
    op as change_op,
    known_at as known_from,
    known_to,
    pending_since
from versions
