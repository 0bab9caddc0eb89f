with
    counted as (
        select
            terminology_id,
            feed_id,
            jurisdiction_id,
            source_value,
            sum(records) as records
        from {{ ref("int_source_value__counted") }}
        group by terminology_id, feed_id, jurisdiction_id, source_value
    ),

    mapped as (select * from {{ ref("int_source_value__mapped") }})

select
    counted.terminology_id,
    counted.feed_id,
    counted.jurisdiction_id,
    counted.source_value,
    mapped.code,
    mapped.mapping,
    mapped.mapped_by,
    cast(counted.records as bigint) as records
from counted
join
    mapped
    on mapped.terminology_id = counted.terminology_id
    and mapped.feed_id = counted.feed_id
    and mapped.source_value = counted.source_value
