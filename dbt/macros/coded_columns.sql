-- fmt: off
{#- Columns whose values are mapped to standard codes, with the terminology: `codes` in expectations/. -#}
{% macro coded_columns() -%}
    {%- set person = {"sex": "sex", "race": "race_ethnicity", "ethnicity": "ethnicity"} -%}
    {%- set kinds = {
        "arrest": {},
        "arrest_charge": {
            "source_offense": "nibrs_offense", "charge_level": "charge_level", "disposition": "disposition",
        },
        "call_for_service": {"call_type": "call_type", "disposition": "call_disposition"},
        "custody_census": {
            "custody_level": "custody_level", "status": "custody_status", "source_offense": "nibrs_offense",
        },
        "custody_stay": {"admission_reason": "movement_reason", "custody_level": "custody_level"},
        "enforcement_action": {"enforcement_type": "enforcement_type"},
        "engagement": {
            "strategy": "strategy", "engagement_type": "engagement_type", "outcome": "engagement_outcome",
        },
        "group_relation": {"relation_type": "group_relation"},
        "group_roster": {"membership_role": "group_role"},
        "incident_review": {
            "group_involvement": "group_involvement", "motive": "motive", "retaliation_risk": "risk_level",
        },
        "ipv_event": {"event_type": "ipv_event_type"},
        "ipv_victim": {"injury": "injury_level"},
        "legitimacy_survey": {},
        "prison_incident": {"weapon": "nibrs_weapon", "injury_level": "injury_level", "finding": "finding"},
        "prison_incident_person": {"injury": "injury_level", "finding": "finding"},
        "prison_movement": {"movement_reason": "movement_reason"},
        "probation_term": {
            "term_type": "supervision_type", "supervision_level": "supervision_level", "status": "supervision_status",
            "source_offense": "nibrs_offense",
        },
        "probation_violation": {"violation_type": "violation_class", "response": "violation_response"},
        "service_referral": {"service_type": "service_type", "status": "referral_status"},
        "shooting_incident": {"location_type": "nibrs_location", "source_offense": "nibrs_offense"},
        "shooting_suspect": {},
        "shooting_victim": {"source_offense": "nibrs_offense"},
    } -%}
    {%- set roles = {
        "arrest": "arrestee", "custody_census": "inmate", "custody_stay": "inmate", "engagement": "participant",
        "group_roster": "member", "service_referral": "client", "ipv_event": "offender", "ipv_victim": "victim",
        "prison_incident_person": "participant", "prison_movement": "inmate", "probation_term": "client", "shooting_suspect": "suspect",
        "shooting_victim": "victim",
    } -%}
    {%- for kind, role in roles.items() -%}
        {%- for column, terminology in person.items() -%}
            {%- do kinds[kind].update({role ~ "_" ~ column: terminology}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(kinds) }}
{%- endmacro %}
