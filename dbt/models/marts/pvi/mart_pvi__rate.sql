with
    numbers as (
        select
            months.*,
            exposure.based_on as movement_basis,
            exposure.days_known as movement_days_known,
            {{ days_of("exposure.minutes") }} as person_days_by_movement,
            person_days * cast(1 as double precision) / nullif(days_observed, 0) as adp,
            days_observed * 100 >= 80 * days_in_month as is_observed,
            incident_days * 100 >= 80 * days_in_month as is_told
        from {{ ref("int_pvi__month") }} as months
        left join
            {{ ref("int_pvi__exposure") }} as exposure
            on {{ same_place("exposure", "months") }}
    ),
    rated as (
        select
            *,
            case
                when is_observed and is_told and adp > 0 then 100 / adp
            end as per_incident
        from numbers
    )
select
    jurisdiction_id,
    level,
    facility_id,
    unit_id,
    month,
    class_code,
    incidents,
    participants,
    victims,
    incidents_with_participants,
    incidents_with_victims,
    adp,
    person_days,
    cast(days_observed as integer) as days_observed,
    days_in_month,
    days_observed * cast(1 as double precision) / days_in_month as coverage,
    incident_days as incident_days_known,
    incidents * per_incident as incidents_per_100_adp_monthly,
    case
        when incidents_with_participants = incidents then participants * per_incident
    end as participants_per_100_adp_monthly,
    case
        when incidents_with_victims = incidents then victims * per_incident
    end as victims_per_100_adp_monthly,
    {{ rate_note() }} as rate_note,
    movement_basis,
    movement_days_known,
    person_days_by_movement,
    person_days_by_movement
    / movement_days_known
    / nullif(adp, 0) as movement_to_census,
    incidents_with_group_flag,
    group_linked_incidents,
    {{ group_linked_share() }} as group_linked_share
from rated
