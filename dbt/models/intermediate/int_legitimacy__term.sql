with
    terms as (
        select
            jurisdiction_id,
            probation_term_key,
            min(started_on) as started_on,
            min({{ audit_group("client") }}) as group_code
        from {{ ref("fct_probation_term") }}
        where started_on is not null
        group by jurisdiction_id, probation_term_key
    ),

    violated as (
        select jurisdiction_id, probation_term_key, count(*) as violations
        from {{ ref("fct_probation_violation") }}
        group by jurisdiction_id, probation_term_key
    ),

    -- where no violation was ever delivered, no term is known to be without one
    telling as (select distinct jurisdiction_id from violated)

select
    terms.jurisdiction_id,
    terms.probation_term_key,
    terms.started_on,
    terms.group_code,
    coalesce(violated.violations, 0) as violations
from terms
join telling on telling.jurisdiction_id = terms.jurisdiction_id
left join
    violated
    on violated.jurisdiction_id = terms.jurisdiction_id
    and violated.probation_term_key = terms.probation_term_key
