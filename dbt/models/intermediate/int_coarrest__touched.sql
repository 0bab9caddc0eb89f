select entity_key as touched_key
from ({{ touched_entities("incident") }}) as incidents
union
select incident_key as touched_key
from {{ ref("int_arrest__versions") }}
where
    known_to is null
    and incident_key is not null
    and record_key in (select touched_key from {{ ref("int_arrest__touched") }})
