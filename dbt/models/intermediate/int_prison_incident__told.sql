with
    texts as (
        select distinct source_class, weapon from {{ ref("fct_prison_incident") }}
    ),

    rules as (select * from {{ ref("prison_incident_class_rule") }})

select
    texts.source_class,
    texts.weapon,
    rules.rule_id,
    rules.class_code,
    rules.priority,
    rules.min_participants
from texts
join
    rules
    on {{ matches("texts.source_class", "rules.class_pattern") }}
    and (
        rules.not_class_pattern is null
        or not {{ matches("texts.source_class", "rules.not_class_pattern") }}
    )
    and (
        rules.weapon_pattern is null
        or {{ matches("texts.weapon", "rules.weapon_pattern") }}
    )
    and (
        rules.no_weapon_pattern is null
        or not {{ matches("texts.weapon", "rules.no_weapon_pattern") }}
    )
