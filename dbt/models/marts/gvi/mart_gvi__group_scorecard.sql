{#- Counts of events that hold on the last day known; null where nobody keeps the list that would tell. -#}
{%- set counts = {
    "members": ("member", "group_roster"),
    "confirmed_as_victim_12m": ("victim", "incident_review"),
    "confirmed_as_suspect_12m": ("suspect", "incident_review"),
    "open_disputes": ("dispute", "group_relation"),
    "open_enforcement_actions": ("enforcement", "enforcement_action"),
} -%}
{%- set lasts = {
    "last_contact_on": "'reached', 'invited'",
    "last_reached_on": "'reached'",
    "last_enforcement_on": "'enforcement'",
} -%}
with
    known_groups as (
        select listed.group_key, known.*
        from {{ ref("dim_group") }} as listed
        join
            {{ ref("int_practice__known") }} as known
            on known.jurisdiction_id = listed.jurisdiction_id
    ),

    counted as (
        select
            known_groups.group_key,
            {%- for name, (event, kind) in counts.items() %}
                {{ events_that_hold(event) }} as {{ name }},
            {%- endfor %}
            {%- for name, events in lasts.items() %}
                max(
                    case when events.event in ({{ events }}) then events.from_on end
                ) as {{ name }}
                {%- if not loop.last %},{% endif %}
            {%- endfor %}
        from known_groups
        left join
            {{ ref("int_group__events") }} as events
            on events.group_key = known_groups.group_key
            and events.from_on <= known_groups.known_on
        group by known_groups.group_key
    )

select
    known_groups.group_key,
    known_groups.jurisdiction_id,
    known_groups.known_on,
    {%- for name, (event, kind) in counts.items() %}
        case
            when known_groups.{{ kind }}_known_on is not null then counted.{{ name }}
        end as {{ name }},
    {%- endfor %}
    {%- for name in lasts %} counted.{{ name }}, {%- endfor %}
    {{ enforcement_status("known_groups.enforcement_action_known_on") }}
    as enforcement_status
from known_groups
join counted on counted.group_key = known_groups.group_key
