with
    ranked as (
        select
            *,
            row_number() over (
                partition by jurisdiction_id, person_key, rule_id
                order by occurred_on desc, record_key
            ) as place
        from {{ ref("int_ipv__matched") }}
        where known_on < counts_until
    ),

    counted as (
        select
            *,
            max(place) over (
                partition by jurisdiction_id, person_key, rule_id
            ) as found,
            -- without new events the rule holds until the last one that it needs is
            -- too old
            max(case when place = at_least then counts_until end) over (
                partition by jurisdiction_id, person_key, rule_id
            ) as expires_on
        from ranked
    )

select
    counted.*,
    -- A before B before C before D
    min(counted.level_code) over (
        partition by counted.jurisdiction_id, counted.person_key
    ) as person_level_code
from counted
where found >= at_least
