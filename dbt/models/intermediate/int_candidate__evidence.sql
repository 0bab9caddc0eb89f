{{ config(materialized="table") }}

{%- set id = "jurisdiction_id, feed_id, record_key, mention_key" -%}
with
    -- nobody who was merged on a doubt
    linked as ({{ held_for_action() }}),

    evidence as (
        select
            {{ id }},
            record_kind,
            grounds,
            evidence_on,
            cast(null as date) as valid_until,
            disposition_code,
            false as is_reviewed,
            case when is_found then 'recorded' else 'weak' end as strength
        from {{ ref("int_candidate__justice") }}
        union all
        select
            {{ id }},
            'group_roster',
            'member',
            coalesce(reviewed_on, valid_from),
            least(valid_to, review_on),
            null,
            reviewed_on is not null,
            'suspicion'
        from {{ ref("fct_group_membership") }}
        union all
        select
            {{ id }},
            'shooting_' || role,
            case when is_killed then 'killed' else role end,
            occurred_on,
            null,
            null,
            exists (
                select 1
                from {{ ref("int_incident_review__newest") }} as reviews
                where
                    reviews.jurisdiction_id = named.jurisdiction_id
                    and reviews.incident_key = named.incident_key
            ),
            case when role = 'suspect' then 'suspicion' else 'recorded' end
        from {{ ref("int_shooting__named") }} as named
        where is_killed or not is_pending_correction
    )

select evidence.*, linked.person_key
from evidence
join linked on linked.mention_key = evidence.mention_key
