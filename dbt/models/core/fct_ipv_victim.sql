with history as (select * from {{ ref("fct_ipv_victim_history") }})

select
    jurisdiction_id,
    feed_id,
    record_key,
    batch_id,
    ipv_event_key,
    mention_key,
    occurred_on,
    occurred_on_precision,
    injury,
    injury_code,
    injury_mapping,
    victim_age,
    victim_age_group,
    victim_sex,
    victim_sex_code,
    victim_sex_mapping,
    victim_race,
    victim_race_code,
    victim_race_mapping,
    victim_ethnicity,
    victim_ethnicity_code,
    victim_ethnicity_mapping,
    identity_basis,
    known_from,
    pending_since is not null as is_pending_correction
from history
where known_to is null
