with history as (select * from {{ ref("fct_probation_violation_history") }})

select
    jurisdiction_id,
    feed_id,
    record_key,
    batch_id,
    probation_term_key,
    violated_on,
    violated_on_precision,
    detected_on,
    detected_on_precision,
    violation_type,
    violation_type_code,
    violation_type_mapping,
    source_violation,
    response,
    response_code,
    response_mapping,
    responded_on,
    responded_on_precision,
    custody_days,
    identity_basis,
    known_from,
    pending_since is not null as is_pending_correction
from history
where known_to is null
