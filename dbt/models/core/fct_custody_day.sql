select
    jurisdiction_id,
    facility_id,
    unit_id,
    snapshot_on as day,
    cast(sum(people_count) as bigint) as people,
    count(*) as census_rows
from {{ ref("fct_custody_census") }}
group by jurisdiction_id, facility_id, unit_id, snapshot_on
