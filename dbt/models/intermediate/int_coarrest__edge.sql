{#- A weight is summed as whole millionths: engines add fractions in different orders. -#}
with
    present as (select * from {{ ref("int_coarrest__present") }} where people > 1),
    known as ({{ last_known("arrest") }}),

    pairs as (
        select
            one.grade,
            one.jurisdiction_id,
            one.person_key,
            other.person_key as other_person_key,
            one.people,
            known.last_known_on as known_on,
            greatest(one.arrested_on, other.arrested_on) as event_on,
            least(one.is_found, other.is_found) as is_found
        from present as one
        join
            present as other
            on other.grade = one.grade
            and other.jurisdiction_id = one.jurisdiction_id
            and other.incident_key = one.incident_key
            and other.person_key > one.person_key
        join known on known.jurisdiction_id = one.jurisdiction_id
    ),

    clocked as (
        select
            pairs.*,
            windows.*,
            cast(
                {{ dbt.dateadd("month", "windows.window_months", "pairs.event_on") }}
                as date
            ) as counts_until,
            cast(pairs.known_on - pairs.event_on as double precision)
            / windows.half_life_days as half_lives
        from pairs
        join
            {{ ref("coarrest_window") }} as windows
            on pairs.people <= windows.largest_event
        where pairs.event_on <= pairs.known_on
    )

select
    grade,
    jurisdiction_id,
    person_key,
    other_person_key,
    window_code,
    known_on,
    count(*) as events,
    min(event_on) as first_on,
    max(event_on) as last_on,
    max(counts_until) as expires_on,
    cast(sum(floor(1000000 * power(2, - half_lives) + 0.5)) as bigint) as millionths,
    max(is_found) as is_found
from clocked
where known_on < counts_until
group by 1, 2, 3, 4, 5, 6
