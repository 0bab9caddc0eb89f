select group_key, jurisdiction_id, group_id, group_name, count(*) as roster_entries
from {{ ref("int_group_roster__versions") }}
where known_to is null
group by group_key, jurisdiction_id, group_id, group_name
