with
    years as (
        select
            jurisdiction_id,
            cast(
                extract(
                    year from {{ dbt.date_trunc("year", "occurred_at_local") }}
                ) as integer
            ) as year
        from {{ ref("fct_shooting_victim") }}
        where occurred_at_local is not null
        union
        select
            jurisdiction_id,
            cast(
                extract(
                    year from {{ dbt.date_trunc("year", "arrested_on") }}
                ) as integer
            ) as year
        from {{ ref("fct_arrest") }}
        where arrested_on is not null
    ),

    ranked as (
        select
            years.jurisdiction_id,
            years.year,
            stated.people,
            stated.population_year,
            row_number() over (
                partition by years.jurisdiction_id, years.year
                order by
                    abs(stated.population_year - years.year),
                    stated.population_year desc
            ) as choice
        from years
        join
            {{ ref("dim_population") }} as stated
            on stated.jurisdiction_id = years.jurisdiction_id
            and abs(stated.population_year - years.year) <= 5
    )

select jurisdiction_id, year, people, population_year
from ranked
where choice = 1
