with
    -- the violence that the strategies act upon
    violent as (
        select offenses.offense_code, 'supervised_for_violence' as grounds
        from {{ ref("dim_offense") }} as offenses
        join
            {{ ref("enforcement_class") }} as classes
            on classes.offense_group_code = offenses.offense_group_code
        where classes.enforcement_class_code = 'targeted'
    ),

    gun_arrests as (
        select jurisdiction_id, arrest_key, {{ gravest_end() }} as disposition_code
        from {{ ref("fct_arrest_charge") }}
        where
            offense_group_code = 'weapons'
            and not is_pending_correction
            and {{ was_not_dropped() }}
        group by jurisdiction_id, arrest_key
    )

select
    arrests.jurisdiction_id,
    arrests.feed_id,
    'arrest' as record_kind,
    arrests.record_key,
    arrests.mention_key,
    'gun_arrest' as grounds,
    arrests.arrested_on as evidence_on,
    gun_arrests.disposition_code,
    gun_arrests.disposition_code = 'convicted' as is_found
from {{ ref("fct_arrest") }} as arrests
join
    gun_arrests
    on gun_arrests.jurisdiction_id = arrests.jurisdiction_id
    and gun_arrests.arrest_key = arrests.arrest_key
where arrests.arrested_on is not null and not arrests.is_pending_correction
union all
select
    terms.jurisdiction_id,
    terms.feed_id,
    'probation_term',
    terms.record_key,
    terms.mention_key,
    coalesce(violent.grounds, 'supervised'),
    counted.last_on,
    null,
    terms.term_type_code is distinct from 'pretrial'
from {{ ref("fct_probation_term") }} as terms
join
    {{ ref("int_probation_term__counted") }} as counted
    on counted.feed_id = terms.feed_id
    and counted.record_key = terms.record_key
left join
    violent
    on violent.offense_code = terms.offense_code
    and terms.term_type_code in ('probation', 'parole', 'post_release')
where not terms.is_pending_correction
