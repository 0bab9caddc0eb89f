with
    exposure as (
        select *, cast({{ month_end("month") }} - month + 1 as integer) as days_in_month
        from {{ ref("int_pvi__exposure") }}
    ),

    covered as (
        select
            *,
            -- what no reason tells of could be restrictive housing or not
            days_known * 100 >= 80 * days_in_month
            and (minutes - unread_minutes) * 100 >= 80 * minutes as is_covered
        from exposure
    )

select
    jurisdiction_id,
    level,
    facility_id,
    unit_id,
    month,
    based_on,
    days_known,
    days_in_month,
    {{ days_of("minutes") }} as person_days,
    {{ days_of("unread_minutes") }} as person_days_unread,
    case
        when is_covered then {{ days_of("restrictive_minutes") }}
    end as restrictive_person_days,
    case when is_covered then restrictive_people end as restrictive_people,
    case
        when is_covered
        then 100 * restrictive_minutes / cast(minutes as double precision)
    end as restrictive_per_100_person_days,
    case
        when is_covered
        then null
        when days_known * 100 < 80 * days_in_month
        then
            'The feeds speak of '
            || days_known
            || ' of '
            || days_in_month
            || ' days; below 80 percent nothing is given.'
        else
            'For more than a fifth of the time no reason that can be read tells whether it was restrictive housing.'
    end as coverage_note
from covered
