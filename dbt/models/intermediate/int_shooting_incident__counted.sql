{{ config(materialized="table") }}

with
    incidents as (select * from {{ ref("fct_shooting_incident") }}),

    victims as (select * from {{ ref("fct_shooting_victim") }}),

    kinds as (select * from {{ source("reference", "feed_record_kind") }}),

    -- a feed that delivers incidents speaks for itself; of the others the victims
    -- tell which incidents there were
    told_by_victims as (
        select victims.*
        from victims
        left join
            kinds
            on kinds.feed_id = victims.feed_id
            and kinds.record_kind = 'shooting_incident'
        left join
            incidents
            on incidents.jurisdiction_id = victims.jurisdiction_id
            and incidents.incident_key = victims.incident_key
        where
            kinds.feed_id is null
            and incidents.incident_key is null
            and victims.occurred_at_local is not null
    ),

    told as (
        select jurisdiction_id, incident_key, area_id, occurred_at_local
        from incidents
        union all
        select jurisdiction_id, incident_key, area_id, occurred_at_local
        from told_by_victims
    )

select
    jurisdiction_id,
    incident_key,
    min(area_id) as area_id,
    min(occurred_at_local) as occurred_at_local
from told
group by jurisdiction_id, incident_key
