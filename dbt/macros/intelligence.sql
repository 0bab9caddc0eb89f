{#- Kinds of records that say what police suspect: that a mention of such a kind exists tells as much as the record. -#}
{%- macro is_intelligence(record_kind) -%}
    {{ record_kind }} = 'group_roster'
{%- endmacro -%}

{#- Kinds whose mentions no reader of links may see below their own tier: rosters, and victims of their partners. -#}
{%- macro is_held_back(record_kind) -%}
    ({{ is_intelligence(record_kind) }} or {{ record_kind }} = 'ipv_victim')
{%- endmacro -%}

{#- Whether enforcement about a group lasts, ended, or never was; null where no list of it is kept (`known_on`). -#}
{%- macro enforcement_status(known_on) -%}
    case
        when {{ known_on }} is null
        then null
        when counted.open_enforcement_actions > 0
        then 'open'
        when counted.last_enforcement_on is not null
        then 'ended'
        else 'none'
    end
{%- endmacro -%}

{#- How many events of a kind hold on the last day of which a list of groups speaks (group scorecard). -#}
{%- macro events_that_hold(event) -%}
    count(
        case
            when
                events.event = '{{ event }}'
                and (events.until_on is null or events.until_on > known_groups.known_on)
            then 1
        end
    )
{%- endmacro -%}
