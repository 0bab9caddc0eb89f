select
    membership.person_key,
    membership.grade,
    mention.last_name,
    mention.second_last_name,
    mention.first_name,
    mention.middle_name,
    mention.name_suffix,
    mention.birth_date,
    mention.sid,
    mention.fbi_number,
    count(*) as mentions
from {{ ref("person_mention") }} as mention
join
    {{ source("raw", "person_membership") }} as membership
    on membership.mention_key = mention.mention_key
    and membership.known_to is null
group by
    membership.person_key,
    membership.grade,
    mention.last_name,
    mention.second_last_name,
    mention.first_name,
    mention.middle_name,
    mention.name_suffix,
    mention.birth_date,
    mention.sid,
    mention.fbi_number
