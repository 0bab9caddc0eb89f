with versions as (select * from {{ ref("int_shooting_suspect__versions") }})

select
    jurisdiction_id,
    feed_id,
    record_key,
    batch_id,
    incident_key,
    {{ mention_key("record_key", "suspect") }} as mention_key,
    suspect_age,
    suspect_age_group,
    suspect_sex,
    suspect_race,
    suspect_ethnicity,
    identity_basis,
    op as change_op,
    known_at as known_from,
    known_to,
    pending_since
from versions
