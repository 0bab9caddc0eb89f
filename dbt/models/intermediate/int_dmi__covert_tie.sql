{{ config(materialized="table") }}

with
    sales as (select * from {{ ref("int_dmi__covert_sale") }}),
    near as (select * from {{ ref("int_dmi__covert_call") }}),

    -- how many were arrested at the event, for whatever and known or not
    events as (
        select distinct jurisdiction_id, incident_key, people
        from {{ ref("int_coarrest__present") }}
        where grade = 'action'
    )

select distinct
    one.jurisdiction_id,
    one.window_code,
    one.person_key,
    other.person_key as other_person_key,
    'arrest' as tie_code
from sales as one
join
    sales as other
    on other.jurisdiction_id = one.jurisdiction_id
    and other.window_code = one.window_code
    and other.incident_key = one.incident_key
    and other.person_key <> one.person_key
join
    events
    on events.jurisdiction_id = one.jurisdiction_id
    and events.incident_key = one.incident_key
    and events.people <= one.largest_event
union all
select distinct
    one.jurisdiction_id,
    one.window_code,
    one.person_key,
    other.person_key as other_person_key,
    'call' as tie_code
from near as one
join
    near as other
    on other.jurisdiction_id = one.jurisdiction_id
    and other.window_code = one.window_code
    and other.call_key = one.call_key
    and other.person_key <> one.person_key
