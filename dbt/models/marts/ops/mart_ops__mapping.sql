with
    crosswalk as (select * from {{ ref("dim_crosswalk") }} where records > 0),

    summed as (
        select
            feed_id,
            jurisdiction_id,
            terminology_id,
            count(*) as source_values,
            count(case when mapping = 'unmapped' then 1 end) as source_values_unmapped,
            cast(sum(records) as bigint) as records,
            {% for mapping in ["exact", "rule", "manual", "unmapped"] %}
                cast(
                    sum(
                        case when mapping = '{{ mapping }}' then records else 0 end
                    ) as bigint
                ) as records_{{ mapping }},
            {% endfor %}
            cast(
                sum(
                    case
                        when mapping <> 'unmapped' and code is null then records else 0
                    end
                ) as bigint
            ) as records_without_code
        from crosswalk
        group by feed_id, jurisdiction_id, terminology_id
    )

select
    *,
    (records - records_unmapped)
    * cast(1 as double precision)
    / records as share_mapped,
    (records - records_unmapped - records_without_code)
    * cast(1 as double precision)
    / records as share_with_code
from summed
