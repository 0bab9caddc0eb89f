{#- Counts of events that hold on the last day known; null where nobody keeps the list that would tell. -#}
{%- set counts = {
    "members": ("member", "group_roster"),
    "confirmed_as_victim_12m": ("victim", "incident_review"),
    "confirmed_as_suspect_12m": ("suspect", "incident_review"),
    "open_disputes": ("dispute", "group_relation"),
    "open_enforcement_actions": ("enforcement", "enforcement_action"),
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
                count(
                    case
                        when
                            events.event = '{{ event }}'
                            and (
                                events.until_on is null
                                or events.until_on > known_groups.known_on
                            )
                        then 1
                    end
                ) as {{ name }},
            {%- endfor %}
            max(
                case when events.event in ('reached', 'invited') then events.from_on end
            ) as last_contact_on,
            max(
                case when events.event = 'reached' then events.from_on end
            ) as last_reached_on,
            max(
                case when events.event = 'enforcement' then events.from_on end
            ) as last_enforcement_on
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
    counted.last_contact_on,
    counted.last_reached_on,
    counted.last_enforcement_on,
    case
        when known_groups.enforcement_action_known_on is null
        then null
        when counted.open_enforcement_actions > 0
        then 'open'
        when counted.last_enforcement_on is not null
        then 'ended'
        else 'none'
    end as enforcement_status
from known_groups
join counted on counted.group_key = known_groups.group_key
