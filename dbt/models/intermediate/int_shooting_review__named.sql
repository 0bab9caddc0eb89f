{#- A side that names nobody is told by a record of the other side, with its mention: what a minor's record tells stays there. -#}
{%- set own = "over (partition by jurisdiction_id, incident_key order by named.feed_id nulls last, named.record_key nulls last)" -%}
with
    ranked as (
        select
            named.*,
            held.person_key,
            row_number() over (
                partition by
                    named.jurisdiction_id,
                    named.incident_key,
                    named.role,
                    coalesce(held.person_key, named.feed_id || named.record_key)
                order by
                    case when named.is_killed then 0 else 1 end,
                    named.feed_id,
                    named.record_key
            ) as choice
        from {{ ref("int_shooting__named") }} as named
        left join
            {{ ref("int_person__held") }} as held
            on held.mention_key = named.mention_key
            and held.grade = 'action'
    ),

    named as (select * from ranked where choice = 1),

    sides as (
        select
            counted.*,
            roles.role,
            cast(counted.occurred_at_local as date) as occurred_on,
            known.last_known_on as known_on
        from {{ ref("int_shooting_incident__counted") }} as counted
        join {{ ref("int_shooting__known") }} as known using (jurisdiction_id)
        cross join (values ('victim'), ('suspect')) as roles(role)
    )

select
    jurisdiction_id,
    incident_key,
    sides.area_id,
    sides.occurred_on,
    sides.known_on,
    role,
    named.role is not null as is_named,
    'shooting_'
    || coalesce(named.role, first_value(named.role) {{ own }}) as record_kind,
    {%- for name in ["feed_id", "record_key", "mention_key"] %}
        coalesce(
            named.{{ name }}, first_value(named.{{ name }}) {{ own }}
        ) as {{ name }},
    {%- endfor %}
    named.person_key,
    coalesce(named.is_killed, false) as is_killed,
    coalesce(named.is_pending_correction, false) as is_pending_correction
from sides
left join named using (jurisdiction_id, incident_key, role)
where sides.occurred_on between sides.known_on - 29 and sides.known_on
