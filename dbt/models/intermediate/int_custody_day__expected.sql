{{ config(materialized="table") }}

with
    counted as (select * from {{ ref("fct_custody_day") }}),

    days as (select distinct jurisdiction_id, day from counted),

    -- chance would empty a place of more than 14 people less than once in a million
    parts as (
        select
            jurisdiction_id,
            facility_id,
            unit_id,
            min(day) as first_day,
            max(day) as last_day
        from counted
        group by jurisdiction_id, facility_id, unit_id
        having avg(people) > 14
    )

select jurisdiction_id, facility_id, unit_id, day, people
from counted
union all
select
    parts.jurisdiction_id,
    parts.facility_id,
    parts.unit_id,
    days.day,
    cast(null as bigint) as people
from parts
join
    days
    on days.jurisdiction_id = parts.jurisdiction_id
    and days.day between parts.first_day and parts.last_day
left join
    counted
    on counted.jurisdiction_id = parts.jurisdiction_id
    and counted.facility_id is not distinct from parts.facility_id
    and counted.unit_id is not distinct from parts.unit_id
    and counted.day = days.day
where counted.day is null
