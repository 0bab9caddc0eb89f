{#- What police and courts did is looked up of candidates alone, and nothing of the dead or of whoever nobody knows. -#}
{%- set standing = "roster_groups roster_group_key supervision_type_code supervision_status_code" -%}
{%- set past = "prior_arrests prior_arrests_convicted neighbours_shot" -%}
{%- set killed -%}
    select person_key from {{ ref("int_candidate__evidence") }} where grounds = 'killed'
{%- endset -%}
with
    routes as (
        select distinct jurisdiction_id, person_key, route
        from {{ ref("mart_gvi__candidate_reasons") }}
    ),

    routed as (
        select
            named.*,
            case
                when not is_named or is_killed or person_key in ({{ killed }})
                then 'none'
                else
                    coalesce(
                        routes.route,
                        case when role = 'victim' then 'service_only' else 'none' end
                    )
            end as route
        from {{ ref("int_shooting_review__named") }} as named
        left join routes using (jurisdiction_id, person_key)
    )

select
    routed.*,
    {%- for name in (standing ~ " " ~ past).split() %}
        case when routed.route = 'candidate' then {{ name }} end as {{ name }},
    {%- endfor %}
    {%- for name in ["prior_times_shot", "last_contact_on", "last_reached_on"] %}
        case when routed.route <> 'none' then {{ name }} end as {{ name }},
    {%- endfor %}
    case
        when routed.role = 'victim'
        then reviews.victim_group_key
        else reviews.suspect_group_key
    end as side_group_key,
    coalesce(reviews.group_involvement_code, 'not_reviewed') as group_involvement_code,
    reviews.reviewed_on
from routed
left join
    {{ ref("int_shooting_review__history") }} as history using (
        jurisdiction_id, incident_key, person_key
    )
left join
    {{ ref("int_person__standing") }} as standing using (jurisdiction_id, person_key)
left join
    {{ ref("mart_gvi__network_node") }} as nodes using (jurisdiction_id, person_key)
left join
    {{ ref("int_incident_review__newest") }} as reviews using (
        jurisdiction_id, incident_key
    )
