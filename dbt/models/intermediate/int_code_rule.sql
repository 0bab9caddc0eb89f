select
    terminology_id,
    rule_id,
    scope,
    priority,
    pattern,
    code,
    cast(null as varchar) as group_code
from {{ ref("code_rule") }}
union all
select
    'nibrs_offense' as terminology_id,
    rule_id,
    cast(null as varchar) as scope,
    priority,
    pattern,
    offense_code as code,
    offense_group_code as group_code
from {{ ref("offense_text_rule") }}
