{%- set no_response = "'^(none|no (response|action|sanction).*|pending|n/?a|ningun[ao]|sin respuesta|pendiente)$'" -%}
with
    violations as (
        select
            jurisdiction_id,
            coalesce(violation_type, 'not recorded') as violation_type,
            {{ month_of("violated_on") }} as month,
            custody_days,
            coalesce(
                case
                    when response is not null
                    then not {{ matches("response", no_response) }}
                end,
                responded_on is not null or custody_days > 0
            ) as has_response
        from {{ ref("fct_probation_violation") }}
    )

select
    jurisdiction_id,
    violation_type,
    month,
    count(*) as violations,
    count(case when has_response then 1 end) as violations_with_response,
    count(case when custody_days > 0 then 1 end) as violations_with_custody,
    cast(sum(custody_days) as bigint) as custody_days
from violations
group by jurisdiction_id, violation_type, month
