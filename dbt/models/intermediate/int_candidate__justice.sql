with
    violent as (
        select offenses.offense_code, 'supervised_for_violence' as grounds
        from {{ ref("dim_offense") }} as offenses
        join {{ ref("enforcement_class") }} as classes using (offense_group_code)
        where classes.enforcement_class_code = 'targeted'
    ),

    charged as (
        select
            charges.jurisdiction_id,
            charges.arrest_key,
            case
                when offense_group_code = 'weapons'
                then 'gun_arrest'
                else 'violent_arrest'
            end as grounds,
            {{ gravest_end() }} as disposition_code,
            {{ was_found_as_charged() }} as is_found
        from {{ ref("fct_arrest_charge") }} as charges
        join {{ ref("enforcement_class") }} as classes using (offense_group_code)
        where
            classes.enforcement_class_code = 'targeted'
            and not is_pending_correction
            and {{ was_not_dropped() }}
        group by 1, 2, 3
    )

select
    arrests.jurisdiction_id,
    arrests.feed_id,
    'arrest' as record_kind,
    arrests.record_key,
    arrests.mention_key,
    charged.grounds,
    arrests.arrested_on as evidence_on,
    charged.disposition_code,
    charged.is_found
from {{ ref("fct_arrest") }} as arrests
join charged using (jurisdiction_id, arrest_key)
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
join {{ ref("int_probation_term__counted") }} as counted using (feed_id, record_key)
left join
    violent
    on violent.offense_code = terms.offense_code
    and terms.term_type_code in ('probation', 'parole', 'post_release')
where not terms.is_pending_correction
