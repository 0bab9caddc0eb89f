with
    rates as (select * from {{ ref("mart_pvi__rate") }}),

    measured as (
        {%- for measure in ["incidents", "participants", "victims"] %}
            select
                rates.*,
                '{{ measure }}' as measure,
                {{ measure }} as events,
                {{ measure }}_per_100_adp_monthly as per_100_adp_monthly,
                -- the mean of the counted days stands for all that the incidents
                -- speak of
                cast(
                    floor(adp * incident_days_known + 0.5) as bigint
                ) as person_days_at_risk,
                {{ adjusted_days(measure) }} as adjusted_person_days
            from rates
            {%- if not loop.last %}
                union all
            {%- endif %}
        {%- endfor %}
    ),
    limited as (
        select
            measured.*,
            {{ poisson_limit("low", "95", "measured.events") }} as low,
            {{ poisson_limit("high", "95", "measured.events") }} as high,
            case when per_100_adp_monthly is not null then 100 / adp end as per_adp,
            case
                when per_100_adp_monthly is not null
                then 36525 / cast(nullif(person_days_at_risk, 0) as double precision)
            end as per_year
        from measured {{ join_poisson_limits("measured.events") }}
    )

select
    jurisdiction_id,
    level,
    facility_id,
    unit_id,
    month,
    class_code,
    measure,
    events,
    adp,
    person_days,
    coverage,
    person_days_at_risk,
    per_100_adp_monthly,
    low * per_adp as low_per_100_adp_monthly,
    high * per_adp as high_per_100_adp_monthly,
    events * per_year as per_100_person_years,
    low * per_year as low_per_100_person_years,
    high * per_year as high_per_100_person_years,
    case when per_adp is null then rate_note end as rate_note,
    case when adjusted_person_days is not null then movement_basis end as adjusted_by,
    adjusted_person_days,
    events * 36525 / nullif(adjusted_person_days, 0) as adjusted_per_100_person_years
from limited
