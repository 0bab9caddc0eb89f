with
    texts as (select distinct involvement from {{ ref("fct_prison_incident_person") }}),

    matched as (
        select
            texts.involvement,
            rules.involvement_role,
            rules.rule_id,
            row_number() over (
                partition by texts.involvement order by rules.priority, rules.rule_id
            ) as choice
        from texts
        join
            {{ ref("involvement_rule") }} as rules
            on {{ matches("texts.involvement", "rules.pattern") }}
    )

select involvement, involvement_role, rule_id as involvement_rule_id
from matched
where choice = 1
