select * from {{ ref("person_mention_history") }} where known_to is null
