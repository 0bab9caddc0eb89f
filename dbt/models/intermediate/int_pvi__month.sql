with
    custody as (select * from {{ ref("int_pvi__custody") }}),

    incidents as (select * from {{ ref("int_pvi__incidents") }}),

    spoken as (select * from {{ ref("int_pvi__spoken") }}),

    places as (
        select jurisdiction_id, level, facility_id, unit_id, month
        from custody
        union
        select jurisdiction_id, level, facility_id, unit_id, month
        from incidents
    ),

    classes as (
        select jurisdiction_id, class_code
        from incidents
        union
        select jurisdiction_id, 'all' as class_code
        from custody
    )

select
    places.*,
    classes.class_code,
    coalesce(spoken.incident_days, 0) as incident_days,
    {{ told("incidents") }} as incidents,
    {{ told("incidents_with_participants") }} as incidents_with_participants,
    {{ told("participants") }} as participants,
    {{ told("incidents_with_victims") }} as incidents_with_victims,
    {{ told("victims") }} as victims,
    {{ told("incidents_with_group_flag") }} as incidents_with_group_flag,
    {{ told("group_linked_incidents") }} as group_linked_incidents,
    coalesce(custody.days_observed, 0) as days_observed,
    custody.person_days,
    cast({{ month_end("places.month") }} - places.month + 1 as integer) as days_in_month
from places
join classes on classes.jurisdiction_id = places.jurisdiction_id
left join
    spoken
    on spoken.jurisdiction_id = places.jurisdiction_id
    and spoken.month = places.month
left join custody on {{ same_place("custody", "places") }}
left join
    incidents
    on {{ same_place("incidents", "places") }}
    and incidents.class_code = classes.class_code
