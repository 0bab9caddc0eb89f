with
    marked as (
        select
            *,
            base - outcomes as others,
            case
                when {{ is_any_small(["base", "outcomes", "(base - outcomes)"]) }}
                then 1
                else 0
            end as is_small
        from {{ ref("int_legitimacy__stage") }}
    ),

    -- small groups first, then the smallest that could stay; of each, what all groups
    -- before it add up to
    ranked as (
        select
            *,
            max(is_small) over (
                partition by stage_code, jurisdiction_id, year
            ) as has_small,
            {%- for count in ["1", "base", "outcomes", "others"] %}
                coalesce(
                    sum({{ count }}) over (
                        partition by stage_code, jurisdiction_id, year
                        order by is_small desc, base, group_code
                        rows between unbounded preceding and 1 preceding
                    ),
                    0
                ) as {{ "groups" if count == "1" else count }}_before
                {%- if not loop.last %},{% endif %}
            {%- endfor %}
        from marked
    ),

    -- hidden groups are at least two, and together no small number: else one more
    decided as (select *, {{ is_hidden_group() }} as is_hidden from ranked)

select
    stage_code,
    jurisdiction_id,
    year,
    group_code,
    case when not is_hidden then base end as base,
    case when not is_hidden then outcomes end as outcomes
from decided
