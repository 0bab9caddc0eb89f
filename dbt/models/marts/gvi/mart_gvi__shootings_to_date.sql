with
    counted as (select * from {{ ref("int_shooting__by_day") }}),

    bounds as (
        select
            counted.jurisdiction_id,
            known.last_known_on as known_on,
            min(counted.occurred_on) as first_on,
            max(counted.occurred_on) as last_shooting_on
        from counted
        join
            {{ ref("int_shooting__known") }} as known
            on known.jurisdiction_id = counted.jurisdiction_id
            and counted.occurred_on <= known.last_known_on
        group by counted.jurisdiction_id, known.last_known_on
    ),

    months as (
        select
            *,
            {{ month_series(dbt.date_trunc("year", "first_on"), "known_on") }}
            as january
        from bounds
    )

select
    months.jurisdiction_id,
    cast(extract(year from months.january) as integer) as year,
    months.known_on,
    months.last_shooting_on,
    months.first_on < months.january
    or extract(month from months.first_on) = 1 as is_comparable,
    cast(coalesce(sum(counted.incidents), 0) as bigint) as incidents,
    cast(coalesce(sum(counted.victims), 0) as bigint) as victims,
    cast(coalesce(sum(counted.fatal_victims), 0) as bigint) as fatal_victims
from months
left join
    counted
    on counted.jurisdiction_id = months.jurisdiction_id
    and extract(year from counted.occurred_on) = extract(year from months.january)
    and {{ day_of_year("counted.occurred_on") }} <= {{ day_of_year("months.known_on") }}
where extract(month from months.january) = 1
group by
    months.jurisdiction_id,
    months.january,
    months.known_on,
    months.first_on,
    months.last_shooting_on
