with
    facilities as (select * from {{ source("reference", "facility") }}),
    units as (select * from {{ source("reference", "facility_unit") }})

select
    jurisdiction_id,
    facility_id,
    cast(null as varchar) as unit_id,
    facility_name,
    cast(null as varchar) as unit_name,
    valid_from,
    valid_to
from facilities
union all
select
    units.jurisdiction_id,
    units.facility_id,
    units.unit_id,
    facilities.facility_name,
    units.unit_name,
    units.valid_from,
    units.valid_to
from units
join
    facilities
    on facilities.jurisdiction_id = units.jurisdiction_id
    and facilities.facility_id = units.facility_id
    and coalesce(facilities.valid_from, date '0001-01-01')
    <= coalesce(units.valid_to, date '9999-12-31')
    and coalesce(facilities.valid_to, date '9999-12-31')
    >= coalesce(units.valid_from, date '0001-01-01')
