with
    person as (select * from {{ source("raw", "person") }}),

    membership as (
        select * from {{ source("raw", "person_membership") }} where known_to is null
    ),

    mention as (
        select *
        from {{ ref("person_mention") }}
        where not {{ is_held_back("record_kind") }}
    ),

    -- whom only rosters or the violence of a partner name
    hidden as (
        select person_key
        from {{ source("raw", "person_membership") }}
        where person_key not in (select person_key from {{ ref("person_membership") }})
    ),

    -- not the day of the key, which a record that is held back may have brought about
    told as (
        select person_key, min(known_from) as told_at
        from {{ ref("person_membership") }}
        group by person_key
    ),

    counted as (
        select
            membership.person_key,
            count(*) as mentions,
            count(distinct mention.jurisdiction_id) as jurisdictions,
            count(distinct mention.feed_id) as feeds,
            min(mention.seen_on) as first_seen_on,
            max(mention.seen_on) as last_seen_on
        from membership
        join mention on mention.mention_key = membership.mention_key
        group by membership.person_key
    )

select
    person.person_key,
    person.grade,
    person.status,
    person.redirect_to,
    coalesce(told.told_at, person.created_at) as created_at,
    cast(coalesce(counted.mentions, 0) as bigint) as mentions,
    cast(coalesce(counted.jurisdictions, 0) as bigint) as jurisdictions,
    cast(coalesce(counted.feeds, 0) as bigint) as feeds,
    counted.first_seen_on,
    counted.last_seen_on
from person
left join counted on counted.person_key = person.person_key
left join told on told.person_key = person.person_key
where person.person_key not in (select person_key from hidden)
