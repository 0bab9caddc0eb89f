{#- Why a rate of mart_pvi__rate is null, in a sentence; null when all three are given. -#}
{% macro rate_note() -%}
    case
        when days_observed = 0
        then
            'No day of this month was counted here in whole, so there is no denominator.'
        when not is_observed
        then
            'The census covers '
            || days_observed
            || ' of '
            || days_in_month
            || ' days; below 80 percent no rate is given.'
        when not is_told and incident_days = 0
        then 'The incident feeds say nothing of this month, so there is no numerator.'
        when not is_told
        then
            'The incident feeds speak of '
            || incident_days
            || ' of '
            || days_in_month
            || ' days; below 80 percent no rate is given.'
        when person_days = 0
        then 'Nobody was in custody here on the days counted.'
        when
            incidents_with_participants < incidents
            and incidents_with_victims < incidents
        then
            'Participants are recorded for '
            || incidents_with_participants
            || ' and victims for '
            || incidents_with_victims
            || ' of '
            || incidents
            || ' incidents; rates of people need them all.'
        when incidents_with_participants < incidents
        then
            'Participants are recorded for '
            || incidents_with_participants
            || ' of '
            || incidents
            || ' incidents; their rate needs them all.'
        when incidents_with_victims < incidents
        then
            'Victims are recorded for '
            || incidents_with_victims
            || ' of '
            || incidents
            || ' incidents; their rate needs them all.'
    end
{%- endmacro %}
