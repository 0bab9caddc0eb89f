select
    feed_id,
    jurisdiction_id,
    feed_desc,
    publisher,
    delivery_mode,
    is_simulated,
    warn_after_hours,
    error_after_hours
from {{ source("reference", "feed") }}
