{#- An aggregate over the calendar months before a row's own, for the same place and class. -#}
{% macro months_before(aggregate, months) -%}
    {{ aggregate }} over (
        partition by jurisdiction_id, level, facility_id, unit_id, class_code
        order by
            month
            range
            between interval '{{ months }} months' preceding
            and interval '1 month' preceding
    )
{%- endmacro %}

{#- Which way a count departs from what was usual, if enough months say so: its lower limit above that, or its upper one
    below it. -#}
{% macro departs(low, high, usual, months, needed) -%}
    case
        when rated_events is null or {{ months }} < {{ needed }}
        then null
        when {{ low }} > {{ usual[1] }}
        then 'rise'
        when {{ high }} < {{ usual[0] }}
        then 'fall'
        else 'none'
    end
{%- endmacro %}

{#- Why an alarm of mart_pvi__alarm is null, in a sentence; null when both are given. -#}
{% macro alarm_note() -%}
    case
        when rated_events is null
        then rate_note
        when baseline_months < 6 and recent_months < 3
        then
            'Only '
            || baseline_months
            || ' of the 12 months before have a rate, and '
            || recent_months
            || ' of the last 6; an alarm needs 6 and 3.'
        when baseline_months < 6
        then
            'Only '
            || baseline_months
            || ' of the 12 months before have a rate; limits need 6.'
        when recent_months < 3
        then
            'Only '
            || recent_months
            || ' of the 6 months before have a rate; a comparison needs 3.'
    end
{%- endmacro %}
