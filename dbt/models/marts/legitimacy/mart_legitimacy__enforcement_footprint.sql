with
    months as (select * from {{ ref("int_enforcement__month") }}),

    rated as (
        select
            months.*,
            populations.people as population,
            populations.population_year,
            nights.custody_days,
            listed.notices,
            listed.enforcement_actions,
            {{ notices_per_action() }} as notices_per_enforcement_action,
            case
                when arrest_days = days_in_month
                then 1000 / cast(populations.people as double precision)
            end as per_resident
        from months
        left join
            {{ ref("int_population__nearest") }} as populations
            on populations.jurisdiction_id = months.jurisdiction_id
            and populations.year = cast(extract(year from months.month) as integer)
            and months.level = 'jurisdiction'
        left join
            {{ ref("int_custody_stay__nights") }} as nights
            on nights.jurisdiction_id = months.jurisdiction_id
            and nights.month = months.month
            and months.level = 'jurisdiction'
        left join
            {{ ref("int_enforcement__notice") }} as listed
            on listed.jurisdiction_id = months.jurisdiction_id
            and listed.level = months.level
            and listed.area_id is not distinct from months.area_id
            and listed.month = months.month
    )

select
    jurisdiction_id,
    level,
    area_id,
    month,
    arrests,
    targeted_arrests,
    low_level_arrests,
    other_arrests,
    not_classified_arrests,
    arrest_days as days_known,
    days_in_month,
    population,
    population_year,
    arrests * per_resident as arrests_per_1000_monthly,
    targeted_arrests * per_resident as targeted_arrests_per_1000_monthly,
    low_level_arrests * per_resident as low_level_arrests_per_1000_monthly,
    custody_days,
    custody_days * per_resident as custody_days_per_1000_monthly,
    notices,
    enforcement_actions,
    notices_per_enforcement_action
from rated
