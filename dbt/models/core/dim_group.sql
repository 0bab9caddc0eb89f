{%- set sources = [
    ("group_roster", "group_key", "valid_from"),
    ("group_relation", "group_key", "started_on"),
    ("group_relation", "other_group_key", "started_on"),
    ("engagement", "group_key", "engaged_on"),
    ("incident_review", "victim_group_key", "reviewed_on"),
    ("incident_review", "suspect_group_key", "reviewed_on"),
    ("enforcement_action", "group_key", "started_on"),
] -%}
with
    named as (
        {%- for kind, column, day in sources %}
            select
                jurisdiction_id,
                {{ column }} as group_key,
                '{{ kind }}' as record_kind,
                record_key,
                {{ day }} as named_on
            from {{ ref("fct_" ~ kind) }}
            where {{ column }} is not null
            {%- if not loop.last %}
                union all
            {%- endif %}
        {%- endfor %}
    )

select
    group_key,
    jurisdiction_id,
    min(named_on) as first_named_on,
    max(named_on) as last_named_on,
    {%- for kind in [
        "group_roster",
        "group_relation",
        "engagement",
        "incident_review",
        "enforcement_action",
    ] %}
        count(
            distinct case when record_kind = '{{ kind }}' then record_key end
        ) as {{ kind }}_records
        {%- if not loop.last %},{% endif %}
    {%- endfor %}
from named
group by group_key, jurisdiction_id
