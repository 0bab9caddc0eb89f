{%- set kinds = [
    "group_roster",
    "group_relation",
    "engagement",
    "incident_review",
    "enforcement_action",
] -%}
select
    kinds_known.jurisdiction_id,
    {%- for kind in kinds %}
        max(
            case
                when kinds.record_kind = '{{ kind }}' then kinds_known.last_known_on
            end
        ) as {{ kind }}_known_on,
    {%- endfor %}
    max(kinds_known.last_known_on) as known_on
from {{ ref("int_feed__known") }} as kinds_known
join
    {{ source("reference", "feed_record_kind") }} as kinds
    on kinds.feed_id = kinds_known.feed_id
    and kinds.record_kind in ('{{ kinds | join("', '") }}')
group by kinds_known.jurisdiction_id
