with
    judged as (
        select *, {{ normal_tail("gi_star") }} as p_value
        from {{ ref("int_dmi__gi_star") }}
    ),

    ranked as (
        select
            *,
            rank() over (
                partition by jurisdiction_id, measure_code order by p_value desc
            ) as larger
        from judged
        where p_value is not null
    ),

    -- Benjamini and Hochberg: the least of p * n / rank over this and all larger p
    controlled as (
        select
            *,
            min(
                {{ probability("least(p_value * cells / (cells - larger + 1), 1)") }}
            ) over (partition by jurisdiction_id, measure_code order by p_value desc)
            as q_value
        from ranked
    )

select
    totals.jurisdiction_id,
    totals.measure_code,
    totals.h3_9,
    cast(totals.last_month - interval '11 months' as date) as first_month,
    totals.last_month,
    totals.months_spoken,
    totals.events,
    judged.neighborhood_events,
    judged.cells,
    judged.gi_star,
    judged.p_value,
    controlled.q_value,
    controlled.q_value <= 0.05 as is_hot,
    totals.active_months,
    case
        when totals.active_months >= 6
        then true
        when totals.months_spoken = 12
        then false
    end as is_persistent
from {{ ref("int_dmi__cell_total") }} as totals
join
    judged
    on judged.jurisdiction_id = totals.jurisdiction_id
    and judged.measure_code = totals.measure_code
    and judged.h3_9 = totals.h3_9
left join
    controlled
    on controlled.jurisdiction_id = totals.jurisdiction_id
    and controlled.measure_code = totals.measure_code
    and controlled.h3_9 = totals.h3_9
