{{ config(materialized="table") }}

with
    points as (
        select jurisdiction_id, latitude, longitude, h3_9
        from {{ ref("dim_point") }}
        where coalesce(is_within_bounds, true)
    ),

    drug_charges as (
        select distinct jurisdiction_id, arrest_key
        from {{ ref("fct_arrest_charge") }}
        where offense_group_code = 'drugs'
    ),

    located as (
        select jurisdiction_id, measure_code, month, latitude, longitude
        from {{ ref("int_call__measured") }}
        union all
        select
            arrests.jurisdiction_id,
            'drug_arrests' as measure_code,
            {{ month_of("arrests.arrested_on") }} as month,
            arrests.latitude,
            arrests.longitude
        from {{ ref("fct_arrest") }} as arrests
        join
            drug_charges
            on drug_charges.jurisdiction_id = arrests.jurisdiction_id
            and drug_charges.arrest_key = arrests.arrest_key
        where arrests.arrested_on is not null
    )

select located.jurisdiction_id, located.measure_code, located.month, points.h3_9
from located
left join
    points
    on points.jurisdiction_id = located.jurisdiction_id
    and points.latitude = located.latitude
    and points.longitude = located.longitude
union all
select
    jurisdiction_id,
    'shootings' as measure_code,
    {{ month_of("occurred_on") }} as month,
    h3_9
from {{ ref("int_shooting_incident__cell") }}
