{%- set bound = "exp(-exp(ln(-log_free) {} 1.959963984540054 * sqrt(variance) / (-log_free)))" -%}
with
    curve as (
        select
            *,
            noticed - arrested - not_followed_so_long as still_followed,
            case when is_nobody_left then 0 else exp(log_free) end as free
        from {{ ref("int_ipv__curve") }}
    ),

    told as (
        select
            *,
            -- the curve ends with the last person who was followed
            still_followed > 0 or is_nobody_left as is_told,
            not is_nobody_left and log_free < 0 as has_interval
        from curve
    )

select
    jurisdiction_id,
    notice_level,
    months,
    noticed,
    arrested,
    still_followed,
    not_followed_so_long,
    case when is_told then {{ probability("1 - free") }} end as share_arrested,
    case
        when is_told and has_interval then {{ probability("1 - " ~ bound.format("-")) }}
    end as share_arrested_low,
    case
        when is_told and has_interval then {{ probability("1 - " ~ bound.format("+")) }}
    end as share_arrested_high
from told
