with
    linked as (
        select mention_key, person_key
        from {{ ref("int_person__held") }}
        where grade = 'action'
    ),

    -- nobody who was a minor at an arrest, and nobody who was shot dead
    left_out as (
        {{ minors_at_arrests() }}
        union
        select person_key
        from {{ ref("int_candidate__evidence") }}
        where grounds = 'killed'
    ),

    evidence as (
        select
            sales.jurisdiction_id,
            sales.market_id,
            linked.person_key,
            sales.feed_id,
            'arrest' as record_kind,
            sales.record_key,
            'market_sale' as grounds,
            sales.arrested_on as evidence_on,
            sales.disposition_code,
            case
                when sales.disposition_code = 'convicted' then 'recorded' else 'weak'
            end as strength
        from {{ ref("int_dmi__sale") }} as sales
        join linked on linked.mention_key = sales.mention_key
        where sales.market_id is not null
        union all
        select
            jurisdiction_id,
            null,
            person_key,
            feed_id,
            record_kind,
            record_key,
            grounds,
            evidence_on,
            disposition_code,
            strength
        from {{ ref("int_candidate__evidence") }}
        where
            grounds
            in ('violent_arrest', 'gun_arrest', 'suspect', 'supervised_for_violence')
    )

select *
from evidence
where person_key not in (select person_key from left_out)
