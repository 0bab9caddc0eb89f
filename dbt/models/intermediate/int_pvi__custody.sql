with
    placed as ({{ at_levels(ref("int_custody_day__expected"), ["day", "people"]) }}),

    days as (
        select
            jurisdiction_id,
            level,
            facility_id,
            unit_id,
            day,
            {{ month_of("day") }} as month,
            sum(people) as people
        from placed
        group by jurisdiction_id, level, facility_id, unit_id, day
        having count(*) = count(people)
    )

select
    jurisdiction_id,
    level,
    facility_id,
    unit_id,
    month,
    count(*) as days_observed,
    cast(sum(people) as bigint) as person_days
from days
group by jurisdiction_id, level, facility_id, unit_id, month
