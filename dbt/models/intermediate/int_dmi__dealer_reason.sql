with
    known as ({{ today_there() }}),

    clocked as (
        select
            evidence.*,
            known.known_on,
            rules.rule_id,
            rules.rule_version,
            rules.gives,
            rules.says,
            cast(
                {{ dbt.dateadd("month", "rules.months", "evidence.evidence_on") }}
                as date
            ) as expires_on
        from {{ ref("int_dmi__dealer_evidence") }} as evidence
        join known on known.jurisdiction_id = evidence.jurisdiction_id
        join {{ ref("dealer_rule") }} as rules on rules.applies_to = evidence.grounds
    ),

    held as (
        select * from clocked where evidence_on <= known_on and known_on < expires_on
    ),

    listed as (
        select distinct jurisdiction_id, market_id, person_key
        from held
        where gives = 'dealer'
    )

-- what is told of a person stands beside the arrests in each of their markets
select
    listed.market_id as of_market_id,
    held.*,
    case when held.gives = 'violent' then held.expires_on end as violent_until,
    case when held.gives = 'violent' then held.strength end as violent_strength,
    case when held.gives = 'dealer' then held.evidence_on end as sale_on,
    case when held.gives = 'dealer' then held.strength end as sale_strength
from held
join
    listed
    on listed.jurisdiction_id = held.jurisdiction_id
    and listed.person_key = held.person_key
    and listed.market_id = coalesce(held.market_id, listed.market_id)
