with
    victim as (
        select mention_key
        from {{ ref("person_mention_history") }}
        where record_kind = 'ipv_victim'
    )

select mention_key, grade, person_key, known_from, known_to
from {{ source("raw", "person_membership") }}
where mention_key in (select mention_key from victim)
