{{ config(materialized="table") }}

with
    incidents as (select * from {{ ref("int_shooting_incident__counted") }}),

    named as (
        {%- for role, killed in {"victim": "is_fatal", "suspect": "false"}.items() %}
            select
                jurisdiction_id,
                feed_id,
                record_key,
                incident_key,
                mention_key,
                '{{ role }}' as role,
                coalesce({{ killed }}, false) as is_killed,
                is_pending_correction
            from {{ ref("fct_shooting_" ~ role) }}
            {%- if not loop.last %}
                union all
            {%- endif %}
        {%- endfor %}
    )

select named.*, cast(incidents.occurred_at_local as date) as occurred_on
from named
join
    incidents
    on incidents.jurisdiction_id = named.jurisdiction_id
    and incidents.incident_key = named.incident_key
where incidents.occurred_at_local is not null
