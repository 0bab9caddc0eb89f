select
    notice.jurisdiction_id,
    notice.feed_id,
    notice.record_key,
    held.person_key,
    notice.engaged_on,
    notice.notice_level
from {{ ref("fct_engagement") }} as notice
join
    {{ ref("int_person__held") }} as held
    on held.mention_key = notice.mention_key
    and held.grade = 'action'
where
    notice.strategy_code = 'ipvi'
    and notice.outcome_code = 'reached'
    -- of a month alone nobody knows what came after
    and coalesce(notice.engaged_on_precision, 'day') = 'day'
    and not notice.is_pending_correction
