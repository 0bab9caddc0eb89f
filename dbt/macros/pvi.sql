{#- The same place in the same month; a system has no facility, a facility row no unit. -#}
{% macro same_place(one, other) -%}
    {{ one }}.jurisdiction_id = {{ other }}.jurisdiction_id
    and {{ one }}.month = {{ other }}.month
    and {{ one }}.level = {{ other }}.level
    and {{ one }}.facility_id is not distinct from {{ other }}.facility_id
    and {{ one }}.unit_id is not distinct from {{ other }}.unit_id
{%- endmacro %}

{#- A count of incidents: zero only in a month of which the incident feeds speak and in which there was none. -#}
{% macro told(column) -%}
    case
        when spoken.month is null
        then null
        when incidents.month is null
        then 0
        else incidents.{{ column }}
    end
{%- endmacro %}

{#- Days that people spent in a place by movements or stays while its incidents were recorded; null below 80 percent of the
    month's days, and where the incidents do not all tell of the people. -#}
{% macro adjusted_days(measure) -%}
    case
        when
            movement_days_known * 100 >= 80 * days_in_month
            and incident_days_known * 100 >= 80 * days_in_month
            {%- if measure != "incidents" %}
                and incidents_with_{{ measure }} = incidents
            {%- endif %}
        then person_days_by_movement * incident_days_known / movement_days_known
    end
{%- endmacro %}

{#- Share of the incidents linked to a group among those that say so or not; four fifths of all have to. -#}
{% macro group_linked_share() -%}
    case
        when incidents_with_group_flag * 100 >= 80 * incidents
        then
            group_linked_incidents
            / cast(nullif(incidents_with_group_flag, 0) as double precision)
    end
{%- endmacro %}
