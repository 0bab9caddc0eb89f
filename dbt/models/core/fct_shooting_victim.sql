with
    own as (select * from {{ ref("fct_shooting_victim_history") }}),

    ranked as (
        select
            *,
            row_number() over (
                partition by jurisdiction_id, incident_key
                order by known_from desc, feed_id
            ) as place
        from {{ ref("fct_shooting_incident") }}
    ),

    -- a table of incidents of its own tells time and place for its victims too
    incident as (select * from ranked where place = 1)

select
    own.jurisdiction_id,
    own.feed_id,
    own.record_key,
    own.batch_id,
    own.incident_key,
    own.mention_key,
    coalesce(own.occurred_at, incident.occurred_at) as occurred_at,
    coalesce(own.occurred_at_local, incident.occurred_at_local) as occurred_at_local,
    coalesce(own.occurred_at_clock, incident.occurred_at_clock) as occurred_at_clock,
    coalesce(
        own.occurred_at_precision, incident.occurred_at_precision
    ) as occurred_at_precision,
    own.is_fatal,
    own.wound,
    own.source_offense,
    own.offense_code,
    own.offense_mapping,
    coalesce(own.area_id, incident.area_id) as area_id,
    coalesce(own.precinct_id, incident.precinct_id) as precinct_id,
    coalesce(own.beat_id, incident.beat_id) as beat_id,
    coalesce(own.latitude, incident.latitude) as latitude,
    coalesce(own.longitude, incident.longitude) as longitude,
    own.victim_age,
    own.victim_age_group,
    own.victim_sex,
    own.victim_sex_code,
    own.victim_sex_mapping,
    own.victim_race,
    own.victim_race_code,
    own.victim_race_mapping,
    own.victim_ethnicity,
    own.victim_ethnicity_code,
    own.victim_ethnicity_mapping,
    own.identity_basis,
    own.known_from,
    own.pending_since is not null as is_pending_correction
from own
left join
    incident
    on own.jurisdiction_id = incident.jurisdiction_id
    and own.incident_key = incident.incident_key
where own.known_to is null
