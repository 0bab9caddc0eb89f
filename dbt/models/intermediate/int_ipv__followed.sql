with
    known as ({{ last_known("ipv_event") }}),

    first_notice as (
        select
            *,
            -- of two notices on one day the sterner one
            row_number() over (
                partition by jurisdiction_id, person_key
                order by engaged_on, notice_level, record_key
            ) as place
        from {{ ref("int_ipv__notice") }}
    ),

    noticed as (
        select
            first_notice.jurisdiction_id,
            first_notice.person_key,
            coalesce(first_notice.notice_level, 'not_recorded') as notice_level,
            first_notice.engaged_on as noticed_on,
            known.last_known_on as known_on,
            min(event.occurred_on) as arrested_on
        from first_notice
        join known on known.jurisdiction_id = first_notice.jurisdiction_id
        left join
            {{ ref("int_ipv__offender_event") }} as event
            on event.jurisdiction_id = first_notice.jurisdiction_id
            and event.person_key = first_notice.person_key
            and event.event_type_code = 'arrest'
            and event.occurred_on > first_notice.engaged_on
        where first_notice.place = 1 and first_notice.engaged_on <= known.last_known_on
        group by 1, 2, 3, 4, 5
    )

select
    *,
    arrested_on is not null as is_arrested,
    cast(coalesce(arrested_on, known_on) - noticed_on as integer) as days
from noticed
