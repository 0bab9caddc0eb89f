{%- set year_before = "range between interval '365 days' preceding and interval '1 day' preceding" -%}
with
    -- an event with two offenders, or told by two feeds, is one call
    calls as (
        select
            jurisdiction_id,
            ipv_event_key,
            min(occurred_on) as occurred_on,
            max(pair_key) as pair_key,
            max(address_key) as address_key
        from {{ ref("fct_ipv_event") }}
        where event_type_code = 'call'
        group by jurisdiction_id, ipv_event_key
    ),

    counted as (
        select
            *,
            {%- for entity in ["pair", "address"] %}
                case
                    when {{ entity }}_key is not null
                    then
                        count(*) over (
                            partition by jurisdiction_id, {{ entity }}_key
                            order by occurred_on {{ year_before }}
                        )
                        > 0
                end as is_repeat_{{ entity }},
            {%- endfor %}
            {{ month_of("occurred_on") }} as month
        from calls
    )

select *
from counted
