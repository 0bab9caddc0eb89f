select mention_key, grade, person_key, known_from, known_to
from {{ source("raw", "person_membership") }}
