{%- set kinds = {
    "arrest": ["arrest_id", "incident_id", "location_text"],
    "arrest_charge": ["arrest_id"],
    "shooting_incident": ["incident_id", "location_text"],
    "shooting_victim": ["incident_id", "location_text"],
    "shooting_suspect": ["incident_id"],
    "probation_term": ["term_id", "officer_id"],
    "probation_violation": ["violation_id", "term_id"],
    "prison_incident": ["incident_id"],
    "prison_incident_person": ["incident_id"],
    "prison_movement": ["movement_id", "booking_id"],
    "custody_census": [],
    "custody_stay": ["stay_id"],
    "group_roster": ["roster_id", "group_id"],
    "group_relation": ["relation_id", "group_id", "other_group_id"],
    "engagement": ["engagement_id", "session_id", "group_id"],
    "incident_review": [
        "incident_review_id",
        "incident_id",
        "victim_group_id",
        "suspect_group_id",
    ],
    "service_referral": ["referral_id", "engagement_id"],
    "ipv_event": ["event_id", "pair_id", "address_id"],
    "ipv_victim": ["event_id"],
    "legitimacy_survey": ["respondent_id"],
    "enforcement_action": [
        "enforcement_action_id",
        "group_id",
        "incident_id",
    ],
    "call_for_service": ["call_id", "incident_id", "location_text"],
} -%}
{%- set all_identifiers = kinds.values() | sum(start=[]) | unique | list -%}
{%- for kind, identifiers in kinds.items() %}
    select
        '{{ kind }}' as record_kind,
        jurisdiction_id,
        feed_id,
        record_key,
        source_key,
        {%- for column in all_identifiers %}
            {{ column if column in identifiers else "cast(null as varchar)" }}
            as {{ column }},
        {%- endfor %}
        batch_id,
        known_at as known_from,
        known_to
    from {{ ref("int_" ~ kind ~ "__versions") }}
    {%- if not loop.last %}
        union all
    {%- endif %}
{%- endfor %}
