with
    named as (
        select
            jurisdiction_id,
            month,
            'area' as level,
            coalesce(area_id, 'not recorded') as area_id,
            enforcement_class_code as class_code,
            arrests
        from {{ ref("int_arrest__counted") }}
        union all
        select
            jurisdiction_id,
            month,
            'jurisdiction' as level,
            cast(null as varchar) as area_id,
            enforcement_class_code as class_code,
            arrests
        from {{ ref("int_arrest__counted") }}
    ),

    places as (select distinct jurisdiction_id, level, area_id from named)

select
    places.jurisdiction_id,
    places.level,
    places.area_id,
    months.month,
    months.arrest_days,
    cast(
        {{ month_end("months.month") }} - months.month + 1 as integer
    ) as days_in_month,
    cast(coalesce(sum(named.arrests), 0) as bigint) as arrests,
    {%- for class in ["targeted", "low_level", "other", "not_classified"] %}
        cast(
            sum(
                case when class_code = '{{ class }}' then named.arrests else 0 end
            ) as bigint
        ) as {{ class }}_arrests
        {%- if not loop.last %},{% endif %}
    {%- endfor %}
from places
join
    {{ ref("int_arrest__spoken") }} as months
    on months.jurisdiction_id = places.jurisdiction_id
left join
    named
    on named.jurisdiction_id = places.jurisdiction_id
    and named.level = places.level
    and named.area_id is not distinct from places.area_id
    and named.month = months.month
group by
    places.jurisdiction_id,
    places.level,
    places.area_id,
    months.month,
    months.arrest_days
