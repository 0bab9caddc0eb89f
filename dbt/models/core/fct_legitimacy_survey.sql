select
    jurisdiction_id,
    feed_id,
    record_key,
    batch_id,
    respondent_key,
    wave,
    surveyed_on,
    surveyed_on_precision,
    survey_mode,
    area_id,
    scale,
    item,
    answer,
    lowest_answer,
    highest_answer,
    is_reversed,
    identity_basis,
    known_from,
    pending_since is not null as is_pending_correction
from {{ ref("fct_legitimacy_survey_history") }}
where known_to is null
