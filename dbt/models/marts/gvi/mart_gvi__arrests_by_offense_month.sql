select
    jurisdiction_id,
    offense_group_code,
    month,
    cast(sum(arrests) as bigint) as arrests,
    cast(sum(charges) as bigint) as charges
from {{ ref("int_arrest__by_offense") }}
group by jurisdiction_id, offense_group_code, month
