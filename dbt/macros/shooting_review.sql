{#- Of a row of the shooting review, what nobody recorded or told us; null where each list speaks up to its day. -#}
{% macro what_we_do_not_know() -%}
    {%- set lists = [
        ("roster entries", "group_roster", "route = 'candidate'"),
        ("supervision", "probation_term", "route = 'candidate'"),
        ("arrests", "arrest", "route = 'candidate'"),
        (
            "disputes",
            "group_relation",
            "roster_group_key is not null or side_group_key is not null",
        ),
        (
            "contacts",
            "engagement",
            "person_key is not null and route <> 'none'",
        ),
    ] -%}
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
            end
            {%- for what, kind, is_asked in lists %}
                ,
                case
                    when {{ is_asked }}
                    then
                        {{
                            missing_from(
                                what, "told." ~ kind ~ "_on", "people.known_on"
                            )
                        }}
                end
            {%- endfor %}
        ),
        ''
    )
{%- endmacro %}
