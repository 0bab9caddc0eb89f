{#- What the lists tell of a group, one row each; `reviews` name it on one side or on both. -#}
with
    reviews as (
        select reviews.*, cast(incidents.occurred_at_local as date) as occurred_on
        from {{ ref("int_incident_review__newest") }} as reviews
        join
            {{ ref("int_shooting_incident__counted") }} as incidents
            on incidents.jurisdiction_id = reviews.jurisdiction_id
            and incidents.incident_key = reviews.incident_key
        where reviews.group_involvement_code = 'confirmed'
    )

select group_key, 'member' as event, valid_from as from_on, valid_to as until_on
from {{ ref("fct_group_membership") }}
{%- for side in ["group_key", "other_group_key"] %}
    union all
    select
        {{ side }} as group_key,
        'dispute' as event,
        started_on as from_on,
        -- the last day of a dispute is still a day of it
        cast(ended_on + interval '1 day' as date) as until_on
    from {{ ref("fct_group_relation") }}
    where relation_type_code = 'dispute'
{%- endfor %}
{%- for side in ["victim", "suspect"] %}
    union all
    select
        {{ side }}_group_key as group_key,
        '{{ side }}' as event,
        occurred_on as from_on,
        cast(occurred_on + interval '12 months' as date) as until_on
    from reviews
    where {{ side }}_group_key is not null
{%- endfor %}
union all
select
    group_key,
    case when outcome_code = 'reached' then 'reached' else 'invited' end as event,
    engaged_on as from_on,
    cast(null as date) as until_on
from {{ ref("fct_engagement") }}
where group_key is not null
union all
select
    group_key,
    'enforcement' as event,
    started_on as from_on,
    cast(ended_on + interval '1 day' as date) as until_on
from {{ ref("fct_enforcement_action") }}
