{{ config(materialized="table") }}

with
    counted as (
        select distinct terminology_id, feed_id, source_value
        from {{ ref("int_source_value__counted") }}
    ),

    decided as (select * from {{ ref("int_source_value__decided") }}),
    exact as (select * from {{ ref("int_source_value__exact") }}),
    ruled as (select * from {{ ref("int_source_value__ruled") }} where choice = 1),
    codes as (select * from {{ ref("int_standard_code") }}),

    chosen as (
        select
            terminology_id,
            feed_id,
            source_value,
            case
                when decided.decided_by is not null
                then 'manual'
                when exact.code is not null
                then 'exact'
                when ruled.rule_id is not null
                then 'rule'
                else 'unmapped'
            end as mapping,
            case
                when decided.decided_by is not null
                then decided.code
                else coalesce(exact.code, ruled.code)
            end as code,
            ruled.group_code as ruled_group_code,
            decided.decided_by,
            ruled.rule_id
        from counted
        left join decided using (terminology_id, feed_id, source_value)
        left join exact using (terminology_id, source_value)
        left join ruled using (terminology_id, feed_id, source_value)
    )

select
    terminology_id,
    chosen.feed_id,
    chosen.source_value,
    code,
    case
        when terminology_id = 'nibrs_offense' and chosen.mapping <> 'unmapped'
        then
            coalesce(
                codes.group_code, {{ if_rule("chosen.ruled_group_code") }}, 'no_group'
            )
    end as group_code,
    chosen.mapping,
    {{ if_rule("chosen.rule_id", "chosen.decided_by") }} as mapped_by
from chosen
left join codes using (terminology_id, code)
