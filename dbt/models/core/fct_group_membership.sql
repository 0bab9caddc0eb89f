-- an entry of suspicion holds from its first day until the day on which it expires or
-- ended,
-- whichever comes first; half-open, so that nothing is used on the day of expiry
select
    jurisdiction_id,
    feed_id,
    record_key,
    group_key,
    mention_key,
    membership_role_code,
    basis_kind,
    valid_from,
    least(expires_on, coalesce(ended_on, expires_on)) as valid_to,
    reviewed_on,
    review_on,
    expires_on,
    coalesce(ended_on < expires_on, false) as is_ended_early,
    known_from
from {{ ref("fct_group_roster") }}
where
    not is_pending_correction
    and valid_from < least(expires_on, coalesce(ended_on, expires_on))
