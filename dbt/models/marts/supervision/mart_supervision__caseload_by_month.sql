with
    terms as (select * from {{ ref("int_probation_term__counted") }}),

    periods as (select * from {{ ref("int_supervision__months") }})

select
    periods.jurisdiction_id,
    periods.area_id,
    periods.month,
    count(
        distinct case when terms.started_on <= periods.month then terms.person_ref end
    ) as people_on_first_day,
    count(case when terms.started_on <= periods.month then 1 end) as terms_on_first_day,
    sum({{ days_of_term("periods") }})
    * cast(1 as double precision)
    / (periods.period_end - periods.month + 1) as average_daily_terms,
    count(case when terms.started_on >= periods.month then 1 end) as starts,
    count(
        case
            when terms.ended_on = terms.last_on and terms.ended_on <= periods.period_end
            then 1
        end
    ) as ends,
    cast(periods.period_end - periods.month + 1 as integer) as days_known,
    cast(periods.month_end - periods.month + 1 as integer) as days_in_month,
    periods.is_before_first_delivery
from periods
left join
    terms
    on terms.jurisdiction_id = periods.jurisdiction_id
    and terms.area_id = periods.area_id
    and terms.started_on <= periods.period_end
    and terms.last_on >= periods.month
group by
    periods.jurisdiction_id,
    periods.area_id,
    periods.month,
    periods.month_end,
    periods.period_end,
    periods.is_before_first_delivery
