with
    {% set kinds = [
        "arrest",
        "call_for_service",
        "shooting_incident",
        "shooting_victim",
    ] -%}
    mentioned as (
        {%- for kind in kinds %}
            select distinct jurisdiction_id, latitude, longitude
            from {{ ref("int_" ~ kind ~ "__versions") }}
            where latitude is not null and longitude is not null
            {%- if not loop.last %}
                union
            {%- endif %}
        {%- endfor %}
    ),

    jurisdictions as (select * from {{ source("reference", "jurisdiction") }}),

    points as (select * from {{ source("raw", "point") }})

select
    mentioned.jurisdiction_id,
    mentioned.latitude,
    mentioned.longitude,
    mentioned.latitude between jurisdictions.min_latitude and jurisdictions.max_latitude
    and mentioned.longitude
    between jurisdictions.min_longitude and jurisdictions.max_longitude
    as is_within_bounds,
    points.h3_8,
    points.h3_9,
    points.h3_10
from mentioned
left join jurisdictions on jurisdictions.jurisdiction_id = mentioned.jurisdiction_id
left join
    points
    on points.latitude = mentioned.latitude
    and points.longitude = mentioned.longitude
