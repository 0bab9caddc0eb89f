with
    today as ({{ today_there() }}),

    held as ({{ held_for_action() }}),

    terms as ({{ open_term("today", "held") }}),

    told as (
        select
            jurisdiction_id,
            held.person_key,
            group_key,
            cast(null as date) as contact_on,
            cast(null as date) as reached_on
        from {{ ref("fct_group_membership") }} as entries
        join held using (mention_key)
        join today using (jurisdiction_id)
        where
            valid_from <= today.known_on and today.known_on < least(valid_to, review_on)
        union all
        select
            jurisdiction_id,
            held.person_key,
            null,
            engaged_on,
            case when outcome_code = 'reached' then engaged_on end
        from {{ ref("fct_engagement") }}
        join held using (mention_key)
        join today using (jurisdiction_id)
        -- a contact whose newest row waits for a correction took place nevertheless
        where engaged_on <= today.known_on
        union all
        select jurisdiction_id, person_key, null, null, null
        from terms
    )

select
    jurisdiction_id,
    person_key,
    count(distinct group_key) as roster_groups,
    case when count(distinct group_key) = 1 then max(group_key) end as roster_group_key,
    max(contact_on) as last_contact_on,
    max(reached_on) as last_reached_on,
    terms.supervision_type_code,
    terms.supervision_status_code
from told
left join terms using (jurisdiction_id, person_key)
group by
    jurisdiction_id,
    person_key,
    terms.supervision_type_code,
    terms.supervision_status_code
