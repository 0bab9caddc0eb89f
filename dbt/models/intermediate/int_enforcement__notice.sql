with
    notices as (
        select
            jurisdiction_id,
            {{ month_of("engaged_on") }} as month,
            coalesce(area_id, 'not recorded') as area_id,
            case when {{ is_notice() }} then 1 else 0 end as notices,
            0 as actions
        from {{ ref("fct_engagement") }}
        -- who lists only what partners were told says nothing of groups
        where engaged_on is not null and strategy_code is distinct from 'ipvi'
    ),

    actions as (
        select
            jurisdiction_id,
            {{ month_of("started_on") }} as month,
            coalesce(area_id, 'not recorded') as area_id,
            0 as notices,
            1 as actions
        from {{ ref("fct_enforcement_action") }}
        where started_on is not null
    ),

    listed as (
        select *
        from notices
        union all
        select *
        from actions
    ),

    engaging as ({{ spoken_months("notices", "engagement", "days") }}),

    acting as ({{ spoken_months("actions", "enforcement_action", "days") }})

select
    months.jurisdiction_id,
    months.level,
    months.area_id,
    months.month,
    max(engaging.days) as notice_days,
    max(acting.days) as action_days,
    {{ listed_number("notices", "engaging") }} as notices,
    {{ listed_number("actions", "acting") }} as enforcement_actions
from {{ ref("int_enforcement__month") }} as months
{%- for spoken in ["engaging", "acting"] %}
    left join
        {{ spoken }}
        on {{ spoken }}.jurisdiction_id = months.jurisdiction_id
        and {{ spoken }}.month = months.month
{%- endfor %}
left join
    listed
    on listed.jurisdiction_id = months.jurisdiction_id
    and listed.month = months.month
    and coalesce(months.area_id, listed.area_id) = listed.area_id
group by months.jurisdiction_id, months.level, months.area_id, months.month
