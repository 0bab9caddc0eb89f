with
    -- the newest record of each rule that gives the person's level
    rules as (
        select *
        from {{ ref("int_ipv__reason") }}
        where place = 1 and level_code = person_level_code
    ),

    levels as (
        select
            jurisdiction_id,
            person_key,
            max(level_code) as level_code,
            string_agg(says, '; ' order by rule_id) as reasons,
            max(expires_on) as expires_on
        from rules
        group by jurisdiction_id, person_key
    )

select
    levels.jurisdiction_id,
    levels.person_key,
    levels.level_code,
    levels.reasons,
    offender.known_on,
    levels.expires_on,
    offender.events,
    offender.charges,
    offender.convictions,
    offender.charges_not_told,
    offender.last_event_on,
    offender.first_notice_on,
    offender.last_notice_on
from levels
join
    {{ ref("int_ipv__offender") }} as offender
    on offender.jurisdiction_id = levels.jurisdiction_id
    and offender.person_key = levels.person_key
