{%- set days = {
    "arrest": "arrested_on",
    "shooting_incident": "cast(occurred_at_local as date)",
    "shooting_victim": "cast(occurred_at_local as date)",
} -%}
with
    mentioned as (
        {%- for kind, day in days.items() %}
            {%- set kind_last = loop.last %}
            {%- for area_kind in ["area", "precinct", "beat"] %}
                select
                    jurisdiction_id,
                    '{{ area_kind }}' as area_kind,
                    {{ area_kind }}_id as area_id,
                    min({{ day }}) as first_seen_on,
                    max({{ day }}) as last_seen_on
                from {{ ref("int_" ~ kind ~ "__versions") }}
                where {{ area_kind }}_id is not null and known_to is null
                group by jurisdiction_id, {{ area_kind }}_id
                {%- if not (kind_last and loop.last) %}
                    union all
                {%- endif %}
            {%- endfor %}
        {%- endfor %}
    )

select
    jurisdiction_id,
    area_kind,
    area_id,
    min(first_seen_on) as first_seen_on,
    max(last_seen_on) as last_seen_on
from mentioned
group by jurisdiction_id, area_kind, area_id
