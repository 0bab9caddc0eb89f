select record_key as touched_key
from ({{ touched_keys("arrest") }}) as records
union
select record_key as touched_key
from {{ ref("int_arrest__versions") }}
where known_to is null and arrest_key in ({{ touched_entities("arrest") }})
