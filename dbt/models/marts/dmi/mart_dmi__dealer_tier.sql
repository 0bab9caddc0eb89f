with
    reasons as (select * from {{ ref("int_dmi__dealer_reason") }}),

    people as (
        select
            jurisdiction_id,
            of_market_id,
            person_key,
            max(violent_until) as violent_until,
            max(case when sale_on is not null then expires_on end) as sale_until,
            {{ until_strength_ends() }} as stands_until,
            coalesce(min(violent_strength), min(sale_strength)) as tier_stands_on,
            count(sale_on) as sale_arrests,
            min(sale_on) as first_sale_on,
            max(sale_on) as last_sale_on,
            count(
                distinct record_kind || '/' || feed_id || '/' || record_key
            ) as source_records
        from reasons
        group by jurisdiction_id, of_market_id, person_key
    )

select
    reasons.jurisdiction_id,
    reasons.of_market_id as market_id,
    reasons.person_key,
    case
        when people.violent_until is null then 'nonviolent' else 'violent'
    end as tier_code,
    case
        when people.violent_until is null
        then 'Notify, with a banked case and an offer of help'
        else 'Prosecution is for the prosecutor to consider'
    end as tier_means,
    people.tier_stands_on,
    reasons.rule_id,
    reasons.rule_version,
    reasons.says || ', on ' || cast(reasons.evidence_on as varchar) as reason,
    reasons.gives,
    reasons.feed_id,
    reasons.record_kind,
    reasons.record_key,
    reasons.known_on,
    reasons.evidence_on,
    reasons.expires_on,
    -- from that day on nothing lists them here, or the tier stands on something else
    least(reasons.expires_on, people.sale_until, people.stands_until) as holds_until,
    reasons.disposition_code,
    reasons.strength,
    people.sale_arrests,
    people.first_sale_on,
    people.last_sale_on,
    people.source_records
from reasons
join
    people
    on people.jurisdiction_id = reasons.jurisdiction_id
    and people.of_market_id = reasons.of_market_id
    and people.person_key = reasons.person_key
