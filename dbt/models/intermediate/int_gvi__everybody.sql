with
    points as (select * from {{ ref("dim_point") }}),

    jurisdictions as (select * from {{ ref("dim_jurisdiction") }})

select jurisdiction_id, 'person_action' as subject, population as units
from jurisdictions
where population is not null
union all
select jurisdiction_id, 'person_linked' as subject, population as units
from jurisdictions
where population is not null
union all
select jurisdiction_id, 'cell' as subject, count(distinct h3_9) as units
from points
where coalesce(is_within_bounds, true) and h3_9 is not null
group by jurisdiction_id
