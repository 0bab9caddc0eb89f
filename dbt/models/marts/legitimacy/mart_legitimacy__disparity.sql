{%- set reference_code = var("disparity_reference", "white") -%}
with
    groups as (select * from {{ ref("int_legitimacy__shown") }}),

    compared as (
        select
            groups.*,
            reference.base as reference_base,
            reference.outcomes as reference_outcomes,
            groups.outcomes / cast(groups.base as double precision) as share,
            reference.outcomes
            / cast(reference.base as double precision) as reference_share
        from groups
        left join
            groups as reference
            on reference.stage_code = groups.stage_code
            and reference.jurisdiction_id = groups.jurisdiction_id
            and reference.year = groups.year
            and reference.group_code = '{{ reference_code }}'
    ),

    related as (
        select
            *,
            -- the reference is not compared with itself
            case
                when group_code <> '{{ reference_code }}'
                then share / nullif(reference_share, 0)
            end as relative_rate,
            sqrt(
                cast(1 as double precision) / nullif(outcomes, 0)
                - cast(1 as double precision) / base
                + cast(1 as double precision) / nullif(reference_outcomes, 0)
                - cast(1 as double precision) / reference_base
            ) as log_error
        from compared
    )

select
    jurisdiction_id,
    stage_code,
    year,
    group_code,
    base,
    outcomes,
    share,
    reference_share,
    relative_rate,
    relative_rate * exp(-1.959963984540054 * log_error) as low_relative_rate,
    relative_rate * exp(1.959963984540054 * log_error) as high_relative_rate,
    case when relative_rate is not null then share - reference_share end as gap,
    {{ disparity_note(reference_code) }} as note
from related
