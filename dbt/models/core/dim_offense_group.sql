select offense_group_code, offense_group_desc, is_violent, severity_rank
from {{ ref("offense_group") }}
