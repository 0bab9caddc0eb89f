{{ config(materialized="table") }}

with
    known as ({{ last_known("ipv_event") }}),

    noticed as (
        select
            jurisdiction_id,
            person_key,
            min(engaged_on) as first_notice_on,
            max(engaged_on) as last_notice_on
        from {{ ref("int_ipv__notice") }}
        group by jurisdiction_id, person_key
    ),

    placed as (
        select
            event.jurisdiction_id,
            event.feed_id,
            event.record_key,
            event.ipv_event_key,
            held.person_key,
            event.occurred_on,
            event.event_type_code,
            event.is_charged,
            event.is_felony,
            event.has_weapon,
            event.is_convicted,
            event.is_prohibited,
            known.last_known_on as known_on,
            -- two feeds may tell of one event
            row_number() over (
                partition by event.jurisdiction_id, held.person_key, event.ipv_event_key
                order by
                    -- the graver telling: a call's row may be newer than the arrest's
                    case when event.event_type_code = 'arrest' then 0 else 1 end,
                    case when event.is_charged then 0 else 1 end,
                    event.known_from desc,
                    event.feed_id,
                    event.record_key
            ) as told
        from {{ ref("fct_ipv_event") }} as event
        -- nobody who was merged on a doubt
        join
            {{ ref("int_person__held") }} as held
            on held.mention_key = event.mention_key
            and held.grade = 'action'
        join known on known.jurisdiction_id = event.jurisdiction_id
        where
            not event.is_pending_correction and event.occurred_on <= known.last_known_on
    )

select placed.*, noticed.first_notice_on, noticed.last_notice_on
from placed
left join
    noticed
    on noticed.jurisdiction_id = placed.jurisdiction_id
    and noticed.person_key = placed.person_key
where placed.told = 1
