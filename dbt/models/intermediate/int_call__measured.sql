select
    jurisdiction_id,
    feed_id,
    record_key,
    case
        when is_officer_initiated and call_type_code = 'drug'
        then 'officer_drug_events'
        when is_officer_initiated
        then 'other_calls'
        when call_type_code in ('drug', 'disorder')
        then call_type_code || '_calls'
        when call_type_code in ('violence', 'shots_fired')
        then 'violence_calls'
        else 'other_calls'
    end as measure_code,
    cast(received_at_local as date) as occurred_on,
    {{ month_of("received_at_local") }} as month,
    latitude,
    longitude
from {{ ref("fct_call_for_service") }}
where
    received_at_local is not null
    -- one event counts once, and what nobody needed any more does not
    and coalesce(disposition_code, 'none') not in ('duplicate', 'cancelled')
