with
    versions as (select * from {{ ref("int_arrest_charge__versions") }}),
    offenses as (select * from {{ ref("int_offense__mapped") }})

select
    versions.jurisdiction_id,
    versions.feed_id,
    versions.record_key,
    versions.batch_id,
    versions.arrest_key,
    versions.charge_number,
    versions.source_offense,
    versions.source_offense_code,
    versions.statute,
    versions.charge_level,
    versions.disposition,
    coalesce(offenses.offense_group_code, 'not_recorded') as offense_group_code,
    coalesce(offenses.offense_mapping, 'not_recorded') as offense_mapping,
    offenses.offense_rule_id,
    versions.identity_basis,
    versions.op as change_op,
    versions.known_at as known_from,
    versions.known_to,
    versions.pending_since
from versions
left join offenses on offenses.source_offense = versions.source_offense
