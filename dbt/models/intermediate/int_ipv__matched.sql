with
    events as (select * from {{ ref("int_ipv__offender_event") }}),

    sites as (
        select distinct jurisdiction_id
        from {{ ref("ipvi_level_rule") }}
        where jurisdiction_id is not null
    )

select
    events.*,
    rules.rule_id,
    rules.rule_version,
    rules.level_code,
    rules.at_least,
    rules.says,
    cast(
        {{ dbt.dateadd("month", "rules.months", "events.occurred_on") }} as date
    ) as counts_until
from events
left join sites on sites.jurisdiction_id = events.jurisdiction_id
join
    {{ ref("ipvi_level_rule") }} as rules
    -- a site's own rules, or those of everybody
    on coalesce(rules.jurisdiction_id, '') = coalesce(sites.jurisdiction_id, '')
    and case
        rules.measure
        when 'event'
        then true
        when 'charge'
        then events.is_charged
        when 'conviction'
        then events.is_charged and events.is_convicted
        when 'weapon_charge'
        then events.is_charged and events.has_weapon
        when 'felony_charge'
        then events.is_charged and events.is_felony
        when 'prohibited_after_notice'
        then events.is_prohibited and events.occurred_on > events.first_notice_on
    end
