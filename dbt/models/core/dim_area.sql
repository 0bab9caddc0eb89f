with
    stated as (select * from {{ source("reference", "area") }}),
    observed as (select * from {{ ref("int_area__observed") }})

select
    coalesce(stated.jurisdiction_id, observed.jurisdiction_id) as jurisdiction_id,
    coalesce(stated.area_kind, observed.area_kind) as area_kind,
    coalesce(stated.area_id, observed.area_id) as area_id,
    stated.area_name,
    stated.valid_from,
    stated.valid_to,
    stated.area_id is not null as is_stated,
    observed.first_seen_on,
    observed.last_seen_on
from stated
full join
    observed
    on observed.jurisdiction_id = stated.jurisdiction_id
    and observed.area_kind = stated.area_kind
    and observed.area_id = stated.area_id
