select
    feed_id,
    jurisdiction_id,
    batch_id,
    known_at,
    record_kind,
    rule,
    severity,
    is_passed,
    records,
    cast(case when severity <> 'batch' then observed end as bigint) as records_failed,
    case when severity = 'batch' then observed end as measured,
    expected_low,
    expected_high
from {{ ref("stg_rule_result") }}
