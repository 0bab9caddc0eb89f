{%- set dated = [
    ("fct_shooting_victim", "occurred_at_local"),
    ("int_shooting_incident__counted", "occurred_at_local"),
    ("int_arrest__counted", "month"),
] -%}
with
    years as (
        {%- for table, moment in dated %}
            select
                jurisdiction_id,
                cast(
                    extract(year from {{ dbt.date_trunc("year", moment) }}) as integer
                ) as year
            from {{ ref(table) }}
            where {{ moment }} is not null
            {%- if not loop.last %}
                union
            {%- endif %}
        {%- endfor %}
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
