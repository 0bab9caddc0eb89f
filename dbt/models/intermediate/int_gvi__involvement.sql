with
    involved as (
        select
            named.jurisdiction_id,
            named.incident_key,
            named.mention_key,
            named.occurred_on,
            'person_' || grades.grade as subject,
            held.person_key as unit_key
        from {{ ref("int_shooting__named") }} as named
        cross join
            (
                select 'action' as grade
                union all
                select 'linked'
            ) as grades
        left join
            {{ ref("int_person__held") }} as held
            on held.mention_key = named.mention_key
            and held.grade = grades.grade
        union all
        select
            jurisdiction_id,
            incident_key,
            incident_key as mention_key,
            occurred_on,
            'cell' as subject,
            h3_9 as unit_key
        from {{ ref("int_shooting_incident__cell") }}
    ),

    dated as (
        select
            involved.*,
            cast(
                extract(
                    year from {{ dbt.date_trunc("year", "occurred_on") }}
                ) as varchar
            ) as period
        from involved
        union all
        select involved.*, 'all' as period
        from involved
    )

select
    jurisdiction_id,
    period,
    subject,
    unit_key,
    count(
        distinct case when unit_key is null then mention_key else incident_key end
    ) as involvements
from dated
group by jurisdiction_id, period, subject, unit_key
