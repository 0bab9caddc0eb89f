select
    jurisdiction_id,
    person_key,
    max(known_on) as known_on,
    count(*) as events,
    count(case when is_charged then 1 end) as charges,
    count(case when is_charged and is_convicted then 1 end) as convictions,
    count(
        case when event_type_code = 'arrest' and is_charged is null then 1 end
    ) as charges_not_told,
    max(occurred_on) as last_event_on,
    max(first_notice_on) as first_notice_on,
    max(last_notice_on) as last_notice_on
from {{ ref("int_ipv__offender_event") }}
group by jurisdiction_id, person_key
