select change_set_id, feed_id, jurisdiction_id, batch_id, generation, load_seq, known_at
from {{ source("raw", "change_set") }} as changes {{ known_then() }}
