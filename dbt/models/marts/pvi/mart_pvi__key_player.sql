with
    known as (
        select jurisdiction_id, max(last_known_on) as known_on
        from {{ ref("int_feed__known") }}
        group by jurisdiction_id
    ),

    parts as (select * from {{ ref("int_pvi__assailant") }}),

    clocked as (
        select
            parts.*,
            held.person_key,
            known.known_on,
            rules.rule_id,
            rules.rule_version,
            rules.class_code,
            rules.strength,
            rules.says,
            cast(
                {{ dbt.dateadd("month", "rules.months", "parts.evidence_on") }} as date
            ) as expires_on
        from parts
        join
            {{ ref("int_person__held") }} as held
            on held.mention_key = parts.mention_key
            and held.grade = 'action'
        join known on known.jurisdiction_id = parts.jurisdiction_id
        join
            {{ ref("bridge_prison_incident_class") }} as classes
            on classes.jurisdiction_id = parts.jurisdiction_id
            and classes.prison_incident_key = parts.prison_incident_key
        join
            {{ ref("key_player_rule") }} as rules
            on rules.class_code = classes.class_code
            and rules.involvement_role = parts.involvement_role
            and rules.finding_code = parts.finding_code
    )

select
    jurisdiction_id,
    person_key,
    facility_id,
    class_code,
    rule_id,
    rule_version,
    says || ', on ' || cast(evidence_on as varchar) as reason,
    feed_id,
    'prison_incident_person' as record_kind,
    record_key,
    known_on,
    evidence_on,
    expires_on,
    finding_code,
    strength,
    is_group_linked,
    contest_state
from clocked
where evidence_on <= known_on and known_on < expires_on
