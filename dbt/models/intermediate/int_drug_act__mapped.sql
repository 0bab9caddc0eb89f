with
    texts as (
        select distinct source_offense
        from {{ ref("fct_arrest_charge") }}
        where offense_code = '35A'
    ),

    matched as (
        select
            texts.source_offense,
            rules.drug_act_code,
            rules.rule_id,
            row_number() over (
                partition by texts.source_offense order by rules.priority, rules.rule_id
            ) as choice
        from texts
        join
            {{ ref("drug_act_rule") }} as rules
            on {{ matches("texts.source_offense", "rules.pattern") }}
    )

select source_offense, drug_act_code, rule_id as drug_act_rule_id
from matched
where choice = 1
