with
    newest as (
        select jurisdiction_id, max(month) as last_month
        from {{ ref("int_dmi__month") }}
        where is_whole
        group by jurisdiction_id
    )

select
    newest.jurisdiction_id,
    newest.last_month,
    months.month,
    count(*) over (partition by newest.jurisdiction_id) as months_spoken,
    min(case when months.has_arrests then 1 else 0 end) over (
        partition by newest.jurisdiction_id
    )
    = 1 as has_arrests
from newest
join
    {{ ref("int_dmi__month") }} as months
    on months.jurisdiction_id = newest.jurisdiction_id
    and months.month <= newest.last_month
    and months.month > newest.last_month - interval '12 months'
