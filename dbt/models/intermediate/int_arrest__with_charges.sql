{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        on_schema_change="append_new_columns",
        meta={"touched": {"key": "record_key", "by": "int_arrest__touched"}},
    )
}}

-- depends_on: {{ ref("int_arrest__touched") }}
with
    arrests as (select * from {{ ref("fct_arrest") }} {{ only_touched() }}),

    charges as (
        select
            charges.jurisdiction_id,
            charges.arrest_key,
            count(*) as charges,
            {%- for class in ["targeted", "other", "low_level"] %}
                count(
                    case when classes.enforcement_class_code = '{{ class }}' then 1 end
                ) as {{ class }},
            {%- endfor %}
            {{ charges_that_stand() }}
        from {{ ref("fct_arrest_charge") }} as charges
        left join
            {{ ref("enforcement_class") }} as classes
            on classes.offense_group_code = charges.offense_group_code
        {%- if is_incremental() %}
            where charges.arrest_key in (select arrest_key from arrests)
        {%- endif %}
        group by charges.jurisdiction_id, charges.arrest_key
    )

select
    arrests.jurisdiction_id,
    arrests.feed_id,
    arrests.record_key,
    arrests.incident_key,
    arrests.area_id,
    arrests.arrested_on,
    arrests.is_pending_correction,
    {{ audit_group("arrests.arrestee") }} as group_code,
    case
        when charges.targeted > 0
        then 'targeted'
        when charges.other > 0
        then 'other'
        when charges.low_level = charges.charges
        then 'low_level'
        else 'not_classified'
    end as enforcement_class_code,
    coalesce(charges.stands, 1) as stands,
    coalesce(charges.is_found, 0) as is_found
from arrests
left join
    charges
    on charges.jurisdiction_id = arrests.jurisdiction_id
    and charges.arrest_key = arrests.arrest_key
