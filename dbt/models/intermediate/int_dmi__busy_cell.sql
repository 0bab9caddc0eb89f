with
    called as (
        select jurisdiction_id, month, h3_9, count(*) as calls
        from {{ ref("int_dmi__event") }}
        where measure_code = 'drug_calls' and h3_9 is not null
        group by jurisdiction_id, month, h3_9
    ),

    -- calls of cells with as many or more, and of those with as many
    ranked as (
        select
            *,
            sum(calls) over (partition by jurisdiction_id, month) as all_calls,
            sum(calls) over (
                partition by jurisdiction_id, month
                order by calls desc
                range between unbounded preceding and current row
            ) as reached,
            sum(calls) over (partition by jurisdiction_id, month, calls) as alike
        from called
    )

select jurisdiction_id, month, h3_9
from ranked
where calls >= 2 and 2 * (reached - alike) < all_calls
