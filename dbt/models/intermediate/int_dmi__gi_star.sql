with
    totals as (select * from {{ ref("int_dmi__cell_total") }}),

    -- n cells with x events and xx as the sum of their squares
    everywhere as (
        select
            jurisdiction_id,
            measure_code,
            cast(count(*) as double precision) as n,
            cast(sum(events) as double precision) as x,
            cast(sum(events * events) as double precision) as xx
        from totals
        group by jurisdiction_id, measure_code
    ),

    -- k cells with e events around each, itself among them
    around as (
        select
            cells.jurisdiction_id,
            cells.measure_code,
            cells.h3_9,
            cast(count(*) as double precision) as k,
            cast(sum(neighbors.events) as double precision) as e
        from totals as cells
        join {{ source("raw", "cell_neighbor") }} as pairs on pairs.h3_9 = cells.h3_9
        join
            totals as neighbors
            on neighbors.jurisdiction_id = cells.jurisdiction_id
            and neighbors.measure_code = cells.measure_code
            and neighbors.h3_9 = pairs.neighbor_h3_9
        group by cells.jurisdiction_id, cells.measure_code, cells.h3_9
    )

select
    around.jurisdiction_id,
    around.measure_code,
    around.h3_9,
    cast(around.e as bigint) as neighborhood_events,
    cast(everywhere.n as bigint) as cells,
    -- whole numbers under one root; the normal distribution is no measure for few cells
    case
        when n >= 30
        then
            (n * e - x * k)
            / nullif(sqrt((n * xx - x * x) * (k * (n - k)) / (n - 1)), 0)
    end as gi_star
from around
join
    everywhere
    on everywhere.jurisdiction_id = around.jurisdiction_id
    and everywhere.measure_code = around.measure_code
