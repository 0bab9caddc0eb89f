{{ config(materialized="table") }}

select
    jurisdiction_id,
    {{ month_of("arrested_on") }} as month,
    area_id,
    enforcement_class_code,
    count(*) as arrests
from {{ ref("int_arrest__with_charges") }}
where arrested_on is not null
group by 1, 2, 3, 4
