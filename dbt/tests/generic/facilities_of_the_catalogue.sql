{#- Counts of facilities or units that jurisdiction.yml does not state for that day, where it states any at all. -#}
{% test facilities_of_the_catalogue(model) %}
    with places as (select * from {{ ref("dim_facility_unit") }})

    select
        counted.jurisdiction_id,
        counted.facility_id,
        counted.unit_id,
        min(counted.day) as first_day,
        max(counted.day) as last_day
    from {{ model }} as counted
    left join
        places
        on places.jurisdiction_id = counted.jurisdiction_id
        and places.facility_id = counted.facility_id
        and places.unit_id is not distinct from counted.unit_id
        and (places.valid_from is null or places.valid_from <= counted.day)
        and (places.valid_to is null or places.valid_to >= counted.day)
    where
        counted.facility_id is not null
        and places.facility_id is null
        and counted.jurisdiction_id in (select jurisdiction_id from places)
    group by counted.jurisdiction_id, counted.facility_id, counted.unit_id
{% endtest %}
