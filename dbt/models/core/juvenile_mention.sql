-- in any version of any record: what was once told of a minor is kept as a minor's
with
    -- days of events that are no column of the mention's own record
    elsewhere as (
        select mention_key, valid_from as event_on
        from {{ ref("fct_group_roster_history") }}
        union all
        select mention_key, occurred_on
        from {{ ref("int_shooting__named") }}
        union all
        select people.mention_key, cast(incidents.occurred_at_local as date)
        from {{ ref("fct_prison_incident_person_history") }} as people
        join
            {{ ref("fct_prison_incident_history") }} as incidents
            on incidents.jurisdiction_id = people.jurisdiction_id
            and incidents.prison_incident_key = people.prison_incident_key
    ),

    -- versions of which the day and the birth date are not the only ones
    compared as (
        select
            mention_key, seen_on as event_on, {{ adult_on("birth_date") }} as adult_on
        from {{ ref("person_mention_history") }}
        where
            mention_key in (
                select mention_key
                from {{ ref("person_mention_history") }}
                where known_to is not null
                union all
                select mention_key
                from elsewhere
            )
    ),

    days as (
        select mention_key, event_on
        from compared
        union all
        select *
        from elsewhere
    )

-- once and never null as it is written: a data test would read all people again
select mention_key
from {{ ref("person_mention_history") }}
where seen_on < {{ adult_on("birth_date") }}
union
select born.mention_key
from compared as born
join days on days.mention_key = born.mention_key
where days.event_on < born.adult_on
