{%- set pair, address = (
    "coalesce(calls.is_repeat_pair, false)",
    "coalesce(calls.is_repeat_address, false)",
) -%}
{%- set told = "(calls.pair_key is not null or calls.address_key is not null)" -%}
with
    began as (
        select jurisdiction_id, min(month) as began_month
        from {{ ref("int_ipv__call") }}
        group by jurisdiction_id
    ),

    counted as (
        select
            spoken.jurisdiction_id,
            spoken.month,
            spoken.call_days,
            began.began_month,
            count(calls.ipv_event_key) as calls,
            count(case when {{ pair }} and {{ address }} then 1 end) as repeats_of_both,
            count(
                case when {{ pair }} and not {{ address }} then 1 end
            ) as repeats_of_pair_only,
            count(
                case when {{ address }} and not {{ pair }} then 1 end
            ) as repeats_of_address_only,
            count(
                case when {{ told }} and not {{ pair }} and not {{ address }} then 1 end
            ) as not_repeated,
            count(calls.ipv_event_key)
            - count(case when {{ told }} then 1 end) as not_told
        from {{ ref("int_ipv__spoken") }} as spoken
        join began on began.jurisdiction_id = spoken.jurisdiction_id
        left join
            {{ ref("int_ipv__call") }} as calls
            on calls.jurisdiction_id = spoken.jurisdiction_id
            and calls.month = spoken.month
        group by
            spoken.jurisdiction_id, spoken.month, spoken.call_days, began.began_month
    )

select
    jurisdiction_id,
    month,
    call_days,
    calls,
    calls - not_repeated - not_told as repeat_calls,
    repeats_of_both,
    repeats_of_pair_only,
    repeats_of_address_only,
    not_repeated,
    not_told,
    cast({{ dbt.dateadd("month", 13, "began_month") }} as date)
    <= month as is_year_before_known,
    (calls - not_repeated - not_told)
    * cast(1 as double precision)
    / nullif(calls - not_told, 0) as share_repeated
from counted
