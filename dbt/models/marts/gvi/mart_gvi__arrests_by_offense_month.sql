with
    arrests as (
        select
            record_key,
            jurisdiction_id,
            arrest_key,
            {{ month_of("arrested_on") }} as month
        from {{ ref("fct_arrest") }}
    ),

    charges as (
        select record_key, jurisdiction_id, arrest_key, offense_group_code
        from {{ ref("fct_arrest_charge") }}
    )

select
    arrests.jurisdiction_id,
    coalesce(charges.offense_group_code, 'not_recorded') as offense_group_code,
    arrests.month,
    count(distinct arrests.record_key) as arrests,
    count(distinct charges.record_key) as charges
from arrests
left join
    charges
    on charges.jurisdiction_id = arrests.jurisdiction_id
    and charges.arrest_key = arrests.arrest_key
group by
    arrests.jurisdiction_id,
    coalesce(charges.offense_group_code, 'not_recorded'),
    arrests.month
