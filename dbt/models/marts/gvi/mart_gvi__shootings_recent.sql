with
    days as (select * from {{ ref("int_shooting__by_day") }}),

    bounds as (
        select
            days.jurisdiction_id,
            known.last_known_on as known_on,
            min(days.occurred_on) as known_since
        from days
        join
            {{ ref("int_shooting__known") }} as known
            on known.jurisdiction_id = days.jurisdiction_id
            and days.occurred_on <= known.last_known_on
        group by days.jurisdiction_id, known.last_known_on
    ),

    ends as (
        select
            bounds.*,
            areas.area_id,
            length_days,
            years_before,
            cast(known_on - years_before * interval '1 year' as date) as last_on
        from bounds
        join
            (select distinct jurisdiction_id, area_id from days) as areas
            on areas.jurisdiction_id = bounds.jurisdiction_id
        cross join (values (7), (14), (30)) as lengths(length_days)
        cross join (values (0), (1), (2), (3)) as years(years_before)
    ),

    periods as (select *, last_on - (length_days - 1) as first_on from ends)

select
    periods.jurisdiction_id,
    periods.area_id,
    periods.length_days,
    periods.years_before,
    periods.first_on,
    periods.last_on,
    periods.known_since <= periods.first_on as is_comparable,
    cast(coalesce(sum(days.incidents), 0) as bigint) as incidents,
    cast(coalesce(sum(days.victims), 0) as bigint) as victims,
    cast(coalesce(sum(days.fatal_victims), 0) as bigint) as fatal_victims
from periods
left join
    days
    on days.jurisdiction_id = periods.jurisdiction_id
    and days.area_id = periods.area_id
    and days.occurred_on between periods.first_on and periods.last_on
group by
    periods.jurisdiction_id,
    periods.area_id,
    periods.length_days,
    periods.years_before,
    periods.first_on,
    periods.last_on,
    periods.known_since
