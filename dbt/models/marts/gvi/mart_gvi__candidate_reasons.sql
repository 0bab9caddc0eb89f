with
    evidence as (select * from {{ ref("int_candidate__evidence") }}),

    known as (
        select jurisdiction_id, max(last_known_on) as known_on
        from {{ ref("int_feed__known") }}
        group by jurisdiction_id
    ),

    clocked as (
        select
            evidence.*,
            known.known_on,
            rules.*,
            least(
                cast(
                    {{ dbt.dateadd("month", "rules.months", "evidence.evidence_on") }}
                    as date
                ),
                evidence.valid_until
            ) as expires_on
        from evidence
        join known on known.jurisdiction_id = evidence.jurisdiction_id
        join {{ ref("candidate_rule") }} as rules on rules.applies_to = evidence.grounds
        where
            person_key not in (select person_key from evidence where grounds = 'killed')
    ),

    routed as (
        select
            clocked.*,
            max(case when gives = 'candidate' then 1 else 0 end) over (
                partition by jurisdiction_id, person_key
            ) as is_candidate
        from clocked
        where evidence_on <= known_on and known_on < expires_on
    )

select
    jurisdiction_id,
    person_key,
    criterion_code,
    rule_id,
    rule_version,
    says as reason,
    gives,
    feed_id,
    record_kind,
    record_key,
    known_on,
    evidence_on,
    expires_on,
    disposition_code,
    strength,
    case when is_reviewed then 'reviewed' else 'not_reviewed' end as review_state,
    case when is_candidate = 1 then 'candidate' else 'service_only' end as route
from routed
where is_candidate = 1 or gives = 'service'
