{#- Statuses in which a step has been taken for certain, and those in which it has not; the others leave it open. -#}
{%- set before = "'referred', 'contacted', 'declined', 'not_reached'" -%}
with
    referrals as (select * from {{ ref("fct_service_referral") }}),

    told as (
        select
            referrals.*,
            case
                when completed_on is not null or status_code = 'completed'
                then true
                when status_code in ({{ before }}, 'accepted', 'active', 'stopped')
                then false
            end as is_completed,
            case
                when
                    coalesce(started_on, last_active_on, completed_on) is not null
                    or status_code in ('active', 'completed')
                then true
                when status_code in ({{ before }}, 'accepted')
                then false
            end as is_started,
            case
                when
                    coalesce(accepted_on, started_on, last_active_on, completed_on)
                    is not null
                    or status_code in ('accepted', 'active', 'completed')
                then true
                when status_code in ({{ before }})
                then false
            end as is_accepted
        from referrals
    )

select
    jurisdiction_id,
    coalesce(
        service_type_code,
        case
            when service_type_mapping = 'not_recorded'
            then 'not_recorded'
            else 'unmapped'
        end
    ) as service_type_code,
    {{ month_of("referred_on") }} as month,
    is_accepted,
    is_started,
    is_completed,
    case
        when
            started_on_precision = 'day'
            and referred_on_precision = 'day'
            and started_on >= referred_on
        then cast(started_on - referred_on as integer)
    end as days_to_start
from told
