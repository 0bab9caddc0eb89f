with
    judged as (
        select
            usual.*,
            case
                when baseline_months >= 6
                then
                    person_days_at_risk
                    * baseline_events
                    / cast(baseline_days as double precision)
            end as expected_events,
            {{ poisson_limit("low", "3_sigma", "usual.rated_events") }} as low_limit,
            {{ poisson_limit("high", "3_sigma", "usual.rated_events") }} as high_limit,
            {{ poisson_limit("low", "95", "usual.recent_events", "earlier") }}
            * 36525
            / recent_days as low_recent,
            {{ poisson_limit("high", "95", "usual.recent_events", "earlier") }}
            * 36525
            / recent_days as high_recent
        from
            {{ ref("int_pvi__usual") }} as usual
            {{ join_poisson_limits("usual.rated_events") }}
            {{ join_poisson_limits("usual.recent_events", "earlier") }}
    )

    {%- set expected = ["expected_events", "expected_events"] %}
    {%- set recent = ["low_recent", "high_recent"] %}
    {%- set rate = "per_100_person_years" %}
select
    jurisdiction_id,
    level,
    facility_id,
    unit_id,
    month,
    class_code,
    events as incidents,
    per_100_person_years,
    low_per_100_person_years,
    high_per_100_person_years,
    cast(baseline_months as integer) as baseline_months,
    baseline_events as baseline_incidents,
    expected_events as expected_incidents,
    {{ departs("low_limit", "high_limit", expected, "baseline_months", 6) }}
    as limit_alarm,
    cast(recent_months as integer) as recent_months,
    low_recent as low_recent_per_100_person_years,
    high_recent as high_recent_per_100_person_years,
    {{ departs("low_" ~ rate, "high_" ~ rate, recent, "recent_months", 3) }}
    as change_alarm,
    {{ alarm_note() }} as alarm_note
from judged
