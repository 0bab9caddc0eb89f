{#- True where a contact warned somebody of consequences and offered help: a call-in or custom notification that reached the
    person. Notices about violence between partners belong to no action about a group. -#}
{% macro is_notice() -%}
    engagement_type_code in ('call_in', 'custom_notification')
    and outcome_code = 'reached'
    and strategy_code is distinct from 'ipvi'
{%- endmacro %}

{#- A number of records of a list, zero only in a month of which the list speaks. -#}
{% macro listed_number(column, spoken) -%}
    case
        when max({{ spoken }}.days) is not null
        then cast(coalesce(sum(listed.{{ column }}), 0) as bigint)
    end
{%- endmacro %}

{#- Both lists have to speak of the same days of the month. -#}
{% macro notices_per_action() -%}
    case
        when listed.notice_days = listed.action_days
        then {{ share("listed.notices", "listed.enforcement_actions") }}
    end
{%- endmacro %}
