-- an entry of suspicion holds from its first day until it expires, ends, or has been
-- kept
-- as long as its site may;
-- half-open, so that nothing is used on the day of expiry
with
    entries as (
        select roster.*, coalesce(roster.reviewed_on, roster.valid_from) as judged_on
        from {{ ref("fct_group_roster") }} as roster
        where not roster.is_pending_correction
    ),

    clocked as (
        select
            entries.*,
            least(
                entries.expires_on,
                cast(
                    {{
                        dbt.dateadd(
                            "year", "clock.retention_years", "entries.judged_on"
                        )
                    }} as date
                )
            ) as kept_until,
            least(
                entries.review_on,
                cast(
                    {{
                        dbt.dateadd(
                            "month", "clock.review_months", "entries.judged_on"
                        )
                    }} as date
                )
            ) as review_due_on
        from entries
        join
            {{ source("reference", "suspicion_clock") }} as clock
            on clock.jurisdiction_id = entries.jurisdiction_id
    )

select
    jurisdiction_id,
    feed_id,
    record_key,
    group_key,
    mention_key,
    membership_role_code,
    basis_kind,
    valid_from,
    least(kept_until, coalesce(ended_on, kept_until)) as valid_to,
    reviewed_on,
    review_due_on as review_on,
    kept_until as expires_on,
    coalesce(ended_on < kept_until, false) as is_ended_early,
    known_from
from clocked
where valid_from < least(kept_until, coalesce(ended_on, kept_until))
