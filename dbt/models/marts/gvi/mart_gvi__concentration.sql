{%- set group = "partition by jurisdiction_id, period, subject, denominator" -%}
with
    ranked as (
        select
            *,
            sum(units) over ({{ group }}) as all_units,
            sum(units * involvements) over ({{ group }}) as total,
            sum(units) over ({{ group }} order by involvements desc) - units as before,
            sum(units * involvements) over ({{ group }} order by involvements desc)
            - units * involvements as held_before
        from {{ ref("int_gvi__spread") }}
    ),

    measured as (
        select
            jurisdiction_id,
            period,
            subject,
            denominator,
            cast(max(all_units) as bigint) as units,
            cast(
                sum(case when involvements > 0 then units else 0 end) as bigint
            ) as involved_units,
            cast(max(total) as bigint) as involvements,
            {{ gini() }} as gini,
            {{ share_of_top(1) }} as top_1_in_1000_share,
            {{ share_of_top(10) }} as top_1_percent_share,
            {{ share_of_top(50) }} as top_5_percent_share,
            {{ share_of_top(100) }} as top_10_percent_share,
            {{ share_of_top(200) }} as top_20_percent_share,
            {{ units_holding_half() }} as units_holding_half
        from ranked
        group by jurisdiction_id, period, subject, denominator
    ),

    unknown as (
        select jurisdiction_id, period, subject, sum(involvements) as involvements
        from {{ ref("int_gvi__involvement") }}
        where unit_key is null
        group by jurisdiction_id, period, subject
    )

select
    measured.*,
    cast(coalesce(unknown.involvements, 0) as bigint) as involvements_of_unknown,
    measured.involvements <= 20 as is_unstable
from measured
left join
    unknown
    on unknown.jurisdiction_id = measured.jurisdiction_id
    and unknown.period = measured.period
    and unknown.subject = measured.subject
