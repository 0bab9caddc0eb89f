with
    charges as (
        select
            charges.jurisdiction_id,
            charges.arrest_key,
            count(*) as charges,
            count(
                case when classes.enforcement_class_code = 'targeted' then 1 end
            ) as targeted,
            count(
                case when classes.enforcement_class_code = 'other' then 1 end
            ) as other,
            count(
                case when classes.enforcement_class_code = 'low_level' then 1 end
            ) as low_level
        from {{ ref("fct_arrest_charge") }} as charges
        left join
            {{ ref("enforcement_class") }} as classes
            on classes.offense_group_code = charges.offense_group_code
        group by charges.jurisdiction_id, charges.arrest_key
    )

select
    arrests.jurisdiction_id,
    arrests.feed_id,
    arrests.record_key,
    arrests.area_id,
    arrests.arrested_on,
    {{ month_of("arrests.arrested_on") }} as month,
    case
        when charges.targeted > 0
        then 'targeted'
        when charges.other > 0
        then 'other'
        when charges.low_level = charges.charges
        then 'low_level'
        else 'not_classified'
    end as enforcement_class_code
from {{ ref("fct_arrest") }} as arrests
left join
    charges
    on charges.jurisdiction_id = arrests.jurisdiction_id
    and charges.arrest_key = arrests.arrest_key
where arrests.arrested_on is not null
