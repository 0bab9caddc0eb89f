with history as (select * from {{ ref("fct_incident_review_history") }})

select
    jurisdiction_id,
    feed_id,
    record_key,
    batch_id,
    incident_key,
    suspect_group_key,
    victim_group_key,
    reviewed_on,
    reviewed_on_precision,
    group_involvement,
    group_involvement_code,
    group_involvement_mapping,
    motive,
    motive_code,
    motive_mapping,
    is_retaliation,
    retaliation_risk,
    retaliation_risk_code,
    retaliation_risk_mapping,
    identity_basis,
    known_from,
    pending_since is not null as is_pending_correction
from history
where known_to is null
