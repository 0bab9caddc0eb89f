with
    months as (select * from {{ ref("int_arrest__spoken") }}),

    known as ({{ last_known("custody_stay") }}),

    stays as (
        select
            stays.jurisdiction_id,
            cast(stays.admitted_at_local as date) as admitted_on,
            least(
                coalesce(
                    cast(stays.released_at_local as date), known.last_known_on + 1
                ),
                known.last_known_on + 1
            ) as released_on
        from {{ ref("fct_custody_stay") }} as stays
        join known on known.jurisdiction_id = stays.jurisdiction_id
        -- a release before the admission is an error of the record, not time given back
        where
            stays.released_at_local is null
            or stays.released_at_local >= stays.admitted_at_local
    ),

    -- feeds of discharges know nothing of people who left before they began
    begun as (
        select jurisdiction_id, {{ month_of("min(released_on)") }} as month
        from stays
        group by jurisdiction_id
    )

select
    months.jurisdiction_id,
    months.month,
    cast(
        sum(
            case
                when stays.admitted_on is null
                then 0
                else
                    least(stays.released_on, {{ month_end("months.month") }} + 1)
                    - greatest(stays.admitted_on, months.month)
            end
        ) as bigint
    ) as custody_days
from months
join
    known
    on known.jurisdiction_id = months.jurisdiction_id
    and known.last_known_on >= {{ month_end("months.month") }}
join
    begun
    on begun.jurisdiction_id = months.jurisdiction_id
    and begun.month < months.month
left join
    stays
    on stays.jurisdiction_id = months.jurisdiction_id
    and stays.admitted_on <= {{ month_end("months.month") }}
    and stays.released_on > months.month
group by months.jurisdiction_id, months.month
