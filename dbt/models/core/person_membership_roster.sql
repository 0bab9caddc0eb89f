with
    roster as (
        select mention_key
        from {{ ref("person_mention_history") }}
        where {{ is_intelligence("record_kind") }}
    )

select mention_key, grade, person_key, known_from, known_to
from {{ source("raw", "person_membership") }}
where mention_key in (select mention_key from roster)
