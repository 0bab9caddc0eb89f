{%- set per_100k = "cast(100000 as double precision) / population" -%}
with
    joined as (
        select
            counted.*,
            case when counted.reviewed > 0 then counted.confirmed end as least_involved,
            case
                when counted.reviewed > 0 then counted.confirmed + counted.suspected
            end as likely_involved,
            counted.confirmed + counted.suspected + counted.unknown as most_involved,
            populations.people as population,
            populations.population_year,
            coalesce(
                known.last_known_on >= {{ month_end("counted.month") }}, false
            ) as is_whole_month
        from {{ ref("int_group_involvement__counted") }} as counted
        left join
            {{ ref("int_population__nearest") }} as populations
            on populations.jurisdiction_id = counted.jurisdiction_id
            and populations.year = cast(extract(year from counted.month) as integer)
        left join
            {{ ref("int_shooting_incident__known") }} as known
            on known.jurisdiction_id = counted.jurisdiction_id
    )

select
    jurisdiction_id,
    month,
    incidents,
    reviewed,
    confirmed,
    suspected,
    not_involved,
    unknown,
    least_involved,
    likely_involved,
    most_involved,
    population,
    population_year,
    is_whole_month,
    case when is_whole_month then least_involved * {{ per_100k }} end as least_per_100k,
    case
        when is_whole_month then likely_involved * {{ per_100k }}
    end as likely_per_100k,
    case when is_whole_month then most_involved * {{ per_100k }} end as most_per_100k,
    reviewed * cast(1 as double precision) / incidents as share_reviewed,
    least_involved * cast(1 as double precision) / incidents as share_confirmed,
    likely_involved * cast(1 as double precision) / incidents as share_likely,
    confirmed
    * cast(1 as double precision)
    / nullif(incidents - unknown, 0) as share_confirmed_of_known
from joined
