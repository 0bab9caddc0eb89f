select
    results.batch_id,
    changes.feed_id,
    changes.jurisdiction_id,
    changes.known_at,
    results.record_kind,
    results.rule,
    results.severity,
    results.is_passed,
    results.observed,
    results.records,
    results.expected_low,
    results.expected_high
from {{ source("raw", "rule_result") }} as results
inner join {{ ref("stg_change_set") }} as changes on changes.batch_id = results.batch_id
