select
    jurisdiction_id,
    person_key,
    person_level_code as level_code,
    level_code as gives_level_code,
    rule_id,
    rule_version,
    says as reason,
    feed_id,
    record_key,
    ipv_event_key,
    known_on,
    occurred_on,
    event_type_code,
    expires_on,
    case
        when is_convicted
        then 'convicted'
        when is_charged
        then 'charged'
        else 'reported'
    end as strength
from {{ ref("int_ipv__reason") }}
