with history as (select * from {{ ref("fct_arrest_charge_history") }})

select
    jurisdiction_id,
    feed_id,
    record_key,
    batch_id,
    arrest_key,
    charge_number,
    source_offense,
    offense_code,
    offense_mapping,
    source_offense_code,
    statute,
    charge_level,
    charge_level_code,
    charge_level_mapping,
    disposition,
    disposition_code,
    disposition_mapping,
    offense_group_code,
    offense_rule_id,
    identity_basis,
    known_from,
    pending_since is not null as is_pending_correction
from history
where known_to is null
