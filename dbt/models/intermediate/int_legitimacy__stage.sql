with
    terms as (select * from {{ ref("int_legitimacy__term") }}),

    cases as (
        select
            'low_level_of_arrests' as stage_code,
            arrests.jurisdiction_id,
            arrests.arrested_on as happened_on,
            {{ audit_group("arrests.arrestee") }} as group_code,
            classed.enforcement_class_code = 'low_level' as has_outcome
        from {{ ref("fct_arrest") }} as arrests
        join
            {{ ref("int_arrest__classed") }} as classed
            on classed.jurisdiction_id = arrests.jurisdiction_id
            and classed.feed_id = arrests.feed_id
            and classed.record_key = arrests.record_key
        where classed.enforcement_class_code <> 'not_classified'
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
