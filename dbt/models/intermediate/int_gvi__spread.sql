with
    known as (
        select * from {{ ref("int_gvi__involvement") }} where unit_key is not null
    ),

    levels as (
        select jurisdiction_id, period, subject, involvements, count(*) as units
        from known
        group by jurisdiction_id, period, subject, involvements
    ),

    totals as (
        select jurisdiction_id, period, subject, cast(sum(units) as bigint) as units
        from levels
        group by jurisdiction_id, period, subject
    ),

    -- nothing where fewer are known to be there than were in a shooting
    others as (
        select
            totals.jurisdiction_id,
            totals.period,
            totals.subject,
            everybody.units - totals.units as units
        from totals
        join
            {{ ref("int_gvi__everybody") }} as everybody
            on everybody.jurisdiction_id = totals.jurisdiction_id
            and everybody.subject = totals.subject
            and everybody.units >= totals.units
    )

select jurisdiction_id, period, subject, 'involved' as denominator, involvements, units
from levels
union all
select
    levels.jurisdiction_id,
    levels.period,
    levels.subject,
    'all' as denominator,
    levels.involvements,
    levels.units
from levels
join
    others
    on others.jurisdiction_id = levels.jurisdiction_id
    and others.period = levels.period
    and others.subject = levels.subject
union all
select jurisdiction_id, period, subject, 'all' as denominator, 0 as involvements, units
from others
where units > 0
