with
    terms as (select * from {{ ref("int_legitimacy__term") }}),

    cases as (
        select
            'low_level_of_arrests' as stage_code,
            jurisdiction_id,
            arrested_on as happened_on,
            group_code,
            enforcement_class_code = 'low_level' as has_outcome
        from {{ ref("int_arrest__with_charges") }}
        where enforcement_class_code <> 'not_classified' and arrested_on is not null
        union all
        select
            'violation_of_terms' as stage_code,
            jurisdiction_id,
            started_on as happened_on,
            group_code,
            violations > 0 as has_outcome
        from terms
        union all
        select
            'custody_of_violations' as stage_code,
            violations.jurisdiction_id,
            violations.violated_on as happened_on,
            terms.group_code,
            violations.response_code in ('custody', 'revocation') as has_outcome
        from {{ ref("fct_probation_violation") }} as violations
        join
            terms
            on terms.jurisdiction_id = violations.jurisdiction_id
            and terms.probation_term_key = violations.probation_term_key
        where violations.response_code <> 'unknown'
    )

select
    stage_code,
    jurisdiction_id,
    cast(
        extract(year from {{ dbt.date_trunc("year", "happened_on") }}) as integer
    ) as year,
    group_code,
    count(*) as base,
    count(case when has_outcome then 1 end) as outcomes
from cases
group by
    stage_code,
    jurisdiction_id,
    cast(extract(year from {{ dbt.date_trunc("year", "happened_on") }}) as integer),
    group_code
