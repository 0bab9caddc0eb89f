select kinds_known.jurisdiction_id, max(kinds_known.last_known_on) as last_known_on
from {{ ref("int_feed__known") }} as kinds_known
join
    {{ source("reference", "feed_record_kind") }} as kinds
    on kinds.feed_id = kinds_known.feed_id
    and kinds.record_kind in ('shooting_incident', 'shooting_victim')
group by kinds_known.jurisdiction_id
