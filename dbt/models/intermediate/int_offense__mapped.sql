{{ config(materialized="table") }}

with
    charges as (
        select distinct source_offense from {{ ref("int_arrest_charge__versions") }}
    ),

    rules as (select * from {{ ref("offense_text_rule") }}),

    matched as (
        select
            charges.source_offense,
            rules.rule_id,
            rules.offense_group_code,
            row_number() over (
                partition by charges.source_offense
                order by rules.priority, rules.rule_id
            ) as choice
        from charges
        join rules on {{ matches("charges.source_offense", "rules.pattern") }}
    )

select
    charges.source_offense,
    coalesce(matched.offense_group_code, 'unmapped') as offense_group_code,
    case
        when matched.rule_id is null then 'unmapped' else 'rule'
    end as offense_mapping,
    matched.rule_id as offense_rule_id
from charges
left join
    matched on matched.source_offense = charges.source_offense and matched.choice = 1
where charges.source_offense is not null
