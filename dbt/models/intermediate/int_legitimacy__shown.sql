with
    marked as (
        select
            *,
            case
                when
                    {{ is_small("base") }}
                    or {{ is_small("outcomes") }}
                    or {{ is_small("(base - outcomes)") }}
                then 1
                else 0
            end as is_small
        from {{ ref("int_legitimacy__stage") }}
    ),

    -- the smallest group that could stay comes first
    ranked as (
        select
            *,
            sum(is_small) over (
                partition by stage_code, jurisdiction_id, year
            ) as small_groups,
            row_number() over (
                partition by stage_code, jurisdiction_id, year, is_small
                order by base, group_code
            ) as place
        from marked
    )

select
    stage_code,
    jurisdiction_id,
    year,
    group_code,
    case when is_small = 0 and (small_groups <> 1 or place > 1) then base end as base,
    case
        when is_small = 0 and (small_groups <> 1 or place > 1) then outcomes
    end as outcomes
from ranked
