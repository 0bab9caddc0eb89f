with
    jurisdictions as (select * from {{ source("reference", "jurisdiction") }}),
    populations as (select * from {{ source("reference", "jurisdiction_population") }}),
    newest as (
        select jurisdiction_id, max(year) as year
        from populations
        group by jurisdiction_id
    )

select
    jurisdictions.jurisdiction_id,
    jurisdictions.jurisdiction_name,
    jurisdictions.country_code,
    jurisdictions.time_zone,
    newest.year as population_year,
    populations.people as population
from jurisdictions
left join newest on newest.jurisdiction_id = jurisdictions.jurisdiction_id
left join
    populations
    on populations.jurisdiction_id = newest.jurisdiction_id
    and populations.year = newest.year
