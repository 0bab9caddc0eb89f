with
    victims as (
        select
            jurisdiction_id,
            cast(extract(year from occurred_at_local) as integer) as year,
            count(*) as victims,
            count(case when is_fatal then 1 end) as fatal_victims
        from {{ ref("fct_shooting_victim") }}
        where occurred_at_local is not null
        group by jurisdiction_id, cast(extract(year from occurred_at_local) as integer)
    ),

    known as (
        select kinds_known.jurisdiction_id, max(kinds_known.last_known_on) as known_on
        from {{ ref("int_feed__known") }} as kinds_known
        join
            {{ source("reference", "feed_record_kind") }} as kinds
            on kinds.feed_id = kinds_known.feed_id
            and kinds.record_kind = 'shooting_victim'
        group by kinds_known.jurisdiction_id
    ),

    joined as (
        select
            victims.*,
            populations.people as population,
            populations.population_year,
            coalesce(
                cast(extract(year from known.known_on + interval '1 day') as integer)
                > victims.year,
                false
            ) as is_whole_year
        from victims
        left join
            {{ ref("int_population__nearest") }} as populations
            on populations.jurisdiction_id = victims.jurisdiction_id
            and populations.year = victims.year
        left join known on known.jurisdiction_id = victims.jurisdiction_id
    )

select
    jurisdiction_id,
    year,
    victims,
    fatal_victims,
    population,
    population_year,
    is_whole_year,
    case
        when is_whole_year then victims * cast(100000 as double precision) / population
    end as victims_per_100k,
    case
        when is_whole_year
        then fatal_victims * cast(100000 as double precision) / population
    end as fatal_victims_per_100k,
    victims <= 20 as is_unstable
from joined
