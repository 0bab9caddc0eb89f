-- a contact takes people off this list and puts nobody on it
select
    jurisdiction_id,
    person_key,
    reasons.criterion_code,
    reasons.rule_id,
    reasons.rule_version,
    reasons.reason,
    reasons.feed_id,
    reasons.record_kind,
    reasons.record_key,
    reasons.known_on,
    reasons.evidence_on,
    reasons.expires_on,
    reasons.strength,
    reasons.review_state,
    reasons.route,
    rules.quiet_days,
    standing.last_contact_on,
    standing.last_reached_on,
    standing.supervision_type_code,
    standing.supervision_status_code
from {{ ref("mart_gvi__candidate_reasons") }} as reasons
join {{ ref("candidate_rule") }} as rules on rules.rule_id = reasons.rule_id
left join
    {{ ref("int_person__standing") }} as standing using (jurisdiction_id, person_key)
where
    reasons.route = 'candidate'
    and reasons.gives = 'candidate'
    and reasons.strength <> 'weak'
    and (
        standing.last_reached_on is null
        or standing.last_reached_on + rules.quiet_days <= reasons.known_on
    )
