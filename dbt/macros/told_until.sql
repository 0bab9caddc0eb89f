{#- By jurisdiction the last local day of which its feeds of each kind speak; null where no feed does. -#}
{% macro told_until(kinds) -%}
    select
        jurisdiction_id
        {%- for kind in kinds %}
            ,
            max(
                case when kinds.record_kind = '{{ kind }}' then last_known_on end
            ) as {{ kind }}_on
        {%- endfor %}
    from {{ ref("int_feed__known") }}
    join {{ source("reference", "feed_record_kind") }} as kinds using (feed_id)
    group by jurisdiction_id
{%- endmacro %}

{#- What a list is missing, in words: nobody keeps it, or it ends before the day that is asked for; null if neither. -#}
{% macro missing_from(what, last_on, day) -%}
    case
        when {{ last_on }} is null
        then '{{ what }} (nobody tells us)'
        when {{ last_on }} < {{ day }}
        then '{{ what }} after ' || cast({{ last_on }} as varchar)
    end
{%- endmacro %}

{#- Of a row of the shooting review, what nobody recorded or told us; null where each list speaks up to its day. -#}
{% macro what_we_do_not_know() -%}
    nullif(
        concat_ws(
            '; ',
            case
                when not is_named and role = 'suspect'
                then 'who shot (nobody is named)'
                when not is_named
                then 'who was shot (nobody is named)'
                when person_key is null
                then 'who this is (linked to nobody with certainty)'
            end,
            case
                when is_pending_correction
                then 'what the agency corrected (its newest row waits for a check)'
            end,
            case
                when group_involvement_code = 'not_reviewed'
                then 'whether groups are involved (not reviewed)'
                when group_involvement_code = 'unknown'
                then 'whether groups are involved (reviewed, and unknown)'
            end,
            case
                when roster_groups > 1 then 'which group (the roster names several)'
            end,
            {%- for what, kind in {
                "roster entries": "group_roster",
                "supervision": "probation_term",
                "arrests": "arrest",
            }.items() %}
                case
                    when route = 'candidate'
                    then
                        {{
                            missing_from(
                                what, "told." ~ kind ~ "_on", "people.known_on"
                            )
                        }}
                end,
            {%- endfor %}
            case
                when roster_group_key is not null or side_group_key is not null
                then
                    {{
                        missing_from(
                            "disputes", "told.group_relation_on", "people.known_on"
                        )
                    }}
            end,
            case
                when person_key is not null and route <> 'none'
                then
                    {{
                        missing_from(
                            "contacts", "told.engagement_on", "people.known_on"
                        )
                    }}
            end
        ),
        ''
    )
{%- endmacro %}
