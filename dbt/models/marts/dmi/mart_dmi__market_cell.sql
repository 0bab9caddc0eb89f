{%- set measures = [
    "drug_calls",
    "officer_drug_events",
    "disorder_calls",
    "violence_calls",
] -%}
{%- set others = {"drug_arrests": "has_arrests", "shootings": "has_shootings"} -%}
with
    counted as (
        select
            months.jurisdiction_id,
            coalesce(events.h3_9, 'not recorded') as h3_9,
            months.month,
            months.call_days,
            months.has_arrests,
            months.has_shootings,
            {%- for measure in measures + others.keys() | list %}
                count(
                    case when events.measure_code = '{{ measure }}' then 1 end
                ) as {{ measure }}
                {%- if not loop.last %},{% endif %}
            {%- endfor %}
        from {{ ref("int_dmi__month") }} as months
        join
            {{ ref("int_dmi__event") }} as events
            on events.jurisdiction_id = months.jurisdiction_id
            and events.month = months.month
            and events.measure_code <> 'other_calls'
        group by
            months.jurisdiction_id,
            coalesce(events.h3_9, 'not recorded'),
            months.month,
            months.call_days,
            months.has_arrests,
            months.has_shootings
    )

select
    jurisdiction_id,
    h3_9,
    month,
    call_days,
    {%- for measure in measures %} {{ measure }}, {%- endfor %}
    {%- for measure, is_told in others.items() %}
        case when {{ is_told }} then {{ measure }} end as {{ measure }},
    {%- endfor %}
    case
        when h3_9 <> 'not recorded'
        then
            count(case when drug_calls > 0 then 1 end) over (
                partition by jurisdiction_id, h3_9
                order by
                    month range between interval '11 months' preceding and current row
            )
    end as drug_call_months
from counted
