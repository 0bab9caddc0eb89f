-- every list has as many codes as its entry says, and none stands without an entry
with
    lists as (
        select terminology_id, count(*) as codes
        from {{ ref("int_standard_code") }}
        group by terminology_id
        union all
        select 'us_state', count(*)
        from {{ ref("us_state") }}
        union all
        select 'us_county', count(*)
        from {{ ref("us_county") }}
        union all
        select 'time_zone', count(*)
        from {{ ref("time_zone") }}
    )

select entries.terminology_id, entries.code_count, lists.terminology_id, lists.codes
from {{ ref("terminology") }} as entries
full join lists on lists.terminology_id = entries.terminology_id
where lists.codes is distinct from entries.code_count
