with
    -- a mention without a fact beside it would tell a reader of T2 that a roster
    -- names the person, or that a partner hurt them
    held_back as (
        select mention_key
        from {{ ref("person_mention_history") }}
        where {{ is_held_back("record_kind") }}
    )

select mention_key, grade, person_key, known_from, known_to
from {{ source("raw", "person_membership") }}
where mention_key not in (select mention_key from held_back)
