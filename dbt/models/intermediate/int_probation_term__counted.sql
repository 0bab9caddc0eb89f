with
    terms as (select * from {{ ref("int_probation_term__versions") }}),
    feeds as (select * from {{ ref("int_feed__known") }})

select
    terms.jurisdiction_id,
    terms.feed_id,
    terms.record_key,
    coalesce(terms.area_id, 'not recorded') as area_id,
    case
        when terms.client_local_id is not null
        then 'local:' || terms.feed_id || ':' || terms.client_local_id
        when terms.client_sid is not null
        then 'sid:' || terms.client_sid
        else 'term:' || terms.record_key
    end as person_ref,
    terms.started_on,
    terms.ended_on,
    least(
        coalesce(terms.ended_on, feeds.last_known_on), feeds.last_known_on
    ) as last_on,
    feeds.first_known_on,
    feeds.last_known_on
from terms
join feeds on feeds.feed_id = terms.feed_id
where
    terms.known_to is null
    and terms.started_on <= feeds.last_known_on
    and (terms.ended_on is null or terms.ended_on >= terms.started_on)
