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
    -- records of several feeds may tell of one arrest; one without a number is by
    -- itself
    arrests as (
        select
            jurisdiction_id,
            arrest_key,
            {{ month_of("arrested_on") }} as month,
            min(record_key) as record_key,
            count(*) as arrests
        from {{ ref("fct_arrest") }} {{ only_touched() }}
        group by 1, 2, 3, case when arrest_key is null then record_key end
    ),

    charges as (
        select jurisdiction_id, arrest_key, offense_group_code, count(*) as charges
        from {{ ref("fct_arrest_charge") }}
        {%- if is_incremental() %}
            where arrest_key in (select arrest_key from arrests)
        {%- endif %}
        group by jurisdiction_id, arrest_key, offense_group_code
    )

select
    arrests.jurisdiction_id,
    arrests.record_key,
    arrests.month,
    coalesce(charges.offense_group_code, 'not_recorded') as offense_group_code,
    arrests.arrests,
    coalesce(charges.charges, 0) as charges
from arrests
left join
    charges
    on charges.jurisdiction_id = arrests.jurisdiction_id
    and charges.arrest_key = arrests.arrest_key
