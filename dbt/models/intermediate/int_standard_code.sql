select terminology_id, code, code_desc, cast(null as varchar) as group_code
from {{ ref("standard_code") }}
union all
select
    'nibrs_offense' as terminology_id,
    offense_code as code,
    offense_desc as code_desc,
    offense_group_code as group_code
from {{ ref("nibrs_offense") }}
union all
select
    'race_ethnicity' as terminology_id,
    race_ethnicity_code as code,
    race_ethnicity_desc as code_desc,
    cast(null as varchar) as group_code
from {{ ref("race_ethnicity") }}
union all
select
    'offense_group' as terminology_id,
    offense_group_code as code,
    offense_group_desc as code_desc,
    cast(null as varchar) as group_code
from {{ ref("offense_group") }}
