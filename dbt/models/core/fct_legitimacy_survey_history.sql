with versions as (select * from {{ ref("int_legitimacy_survey__versions") }})

select
    versions.jurisdiction_id,
    versions.feed_id,
    versions.record_key,
    versions.batch_id,
    versions.respondent_key,
    versions.wave,
    versions.surveyed_on,
    versions.surveyed_on_precision,
    versions.survey_mode,
    versions.area_id,
    versions.scale,
    versions.item,
    versions.answer,
    versions.lowest_answer,
    versions.highest_answer,
    versions.is_reversed,
    versions.identity_basis,
    versions.op as change_op,
    versions.known_at as known_from,
    versions.known_to,
    versions.pending_since
from versions
