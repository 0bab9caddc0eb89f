with
    values_of_feeds as (
        select distinct terminology_id, feed_id, source_value
        from {{ ref("int_source_value__counted") }}
    ),

    texts as (select distinct terminology_id, source_value from values_of_feeds),

    -- patterns are costly: each text is read once, whatever the number of feeds
    found as (
        select
            texts.terminology_id,
            texts.source_value,
            rules.rule_id,
            rules.scope,
            rules.priority,
            rules.code,
            rules.group_code
        from texts
        join
            {{ ref("int_code_rule") }} as rules
            on rules.terminology_id = texts.terminology_id
            and {{ matches("texts.source_value", "rules.pattern") }}
    )

select
    found.*,
    values_of_feeds.feed_id,
    row_number() over (
        partition by found.terminology_id, values_of_feeds.feed_id, found.source_value
        order by found.priority, found.rule_id
    ) as choice
from found
join
    values_of_feeds
    on values_of_feeds.terminology_id = found.terminology_id
    and values_of_feeds.source_value = found.source_value
    and (found.scope is null or {{ matches("values_of_feeds.feed_id", "found.scope") }})
