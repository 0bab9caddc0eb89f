{%- set steps = ["accepted", "started", "completed"] -%}
with
    counted as (
        select
            jurisdiction_id,
            service_type_code,
            month,
            count(*) as referred,
            {%- for step in steps %}
                count(is_{{ step }}) as {{ step }}_told,
                count(case when is_{{ step }} then 1 end) as {{ step }},
            {%- endfor %}
            count(case when not is_accepted then 1 end) as not_accepted,
            count(
                case when is_accepted and not coalesce(is_started, false) then 1 end
            ) as accepted_only,
            count(
                case when is_started and not coalesce(is_completed, false) then 1 end
            ) as started_only,
            count(days_to_start) as starts_with_days,
            percentile_cont(0.5) within group (
                order by cast(days_to_start as double precision)
            ) as median_days_to_start
        from {{ ref("int_service_referral__steps") }}
        group by jurisdiction_id, service_type_code, month
    )

select
    jurisdiction_id,
    service_type_code,
    month,
    referred,
    {%- for step in steps %}
        -- of which nobody says anything: not known, which is not zero
        case when {{ step }}_told > 0 then {{ step }} end as {{ step }},
        {{ step }}_told,
    {%- endfor %}
    not_accepted,
    accepted_only,
    started_only,
    completed as completed_only,
    referred - accepted_told as acceptance_not_told,
    starts_with_days,
    median_days_to_start
from counted
