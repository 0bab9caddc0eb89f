with
    incidents as (select * from {{ ref("int_shooting_incident__counted") }}),

    placed as (
        select jurisdiction_id, incident_key, latitude, longitude
        from {{ ref("fct_shooting_incident") }}
        union
        select jurisdiction_id, incident_key, latitude, longitude
        from {{ ref("fct_shooting_victim") }}
    ),

    cells as (
        select placed.jurisdiction_id, placed.incident_key, min(points.h3_9) as h3_9
        from placed
        join
            {{ ref("dim_point") }} as points
            on points.jurisdiction_id = placed.jurisdiction_id
            and points.latitude = placed.latitude
            and points.longitude = placed.longitude
        where coalesce(points.is_within_bounds, true)
        group by placed.jurisdiction_id, placed.incident_key
    )

select
    incidents.jurisdiction_id,
    incidents.incident_key,
    cast(incidents.occurred_at_local as date) as occurred_on,
    cells.h3_9
from incidents
left join
    cells
    on cells.jurisdiction_id = incidents.jurisdiction_id
    and cells.incident_key = incidents.incident_key
where incidents.occurred_at_local is not null
