select
    incidents.jurisdiction_id,
    {{ month_of("incidents.occurred_at_local") }} as month,
    count(*) as incidents,
    count(reviews.group_involvement_code) as reviewed,
    {%- for code in ["confirmed", "suspected", "no"] %}
        count(
            case when reviews.group_involvement_code = '{{ code }}' then 1 end
        ) as {{ "not_involved" if code == "no" else code }},
    {%- endfor %}
    count(
        case
            when coalesce(reviews.group_involvement_code, 'unknown') = 'unknown' then 1
        end
    ) as unknown
from {{ ref("int_shooting_incident__counted") }} as incidents
left join
    {{ ref("int_incident_review__newest") }} as reviews
    on reviews.jurisdiction_id = incidents.jurisdiction_id
    and reviews.incident_key = incidents.incident_key
where incidents.occurred_at_local is not null
group by incidents.jurisdiction_id, {{ month_of("incidents.occurred_at_local") }}
