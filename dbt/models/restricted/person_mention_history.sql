{%- set roles = [
    ("arrest", "arrestee"),
    ("shooting_victim", "victim"),
    ("shooting_suspect", "suspect"),
    ("probation_term", "client"),
    ("prison_incident_person", "participant"),
    ("prison_movement", "inmate"),
    ("custody_census", "inmate"),
    ("custody_stay", "inmate"),
    ("group_roster", "member"),
    ("engagement", "participant"),
    ("service_referral", "client"),
    ("ipv_event", "offender"),
    ("ipv_victim", "victim"),
] -%}
{#- The local day of the event, which turns an age into a birth year. A roster entry is no event, and its day restricted. -#}
{%- set seen_on = {
    "arrest": "arrested_on",
    "shooting_victim": "cast(occurred_at_local as date)",
    "probation_term": "started_on",
    "custody_census": "snapshot_on",
    "engagement": "engaged_on",
    "service_referral": "referred_on",
    "ipv_event": "occurred_on",
    "ipv_victim": "occurred_on",
    "custody_stay": "cast(admitted_at_local as date)",
    "prison_movement": "cast(moved_at_local as date)",
} -%}
{%- for kind, role in roles %}
    select
        {{ mention_key("record_key", role) }} as mention_key,
        '{{ kind }}' as record_kind,
        '{{ role }}' as role,
        jurisdiction_id,
        feed_id,
        record_key,
        {%- for column in person_columns() %}
            {{ role }}_{{ column }} as {{ column }},
        {%- endfor %}
        {{ seen_on.get(kind, "cast(null as date)") }} as seen_on,
        identity_basis,
        known_at as known_from,
        known_to
    from {{ ref("int_" ~ kind ~ "__versions") }}
    {%- if kind == "custody_census" %} where people_count = 1 {%- endif %}
    {%- if not loop.last %}
        union all
    {%- endif %}
{%- endfor %}
