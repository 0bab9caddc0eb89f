{#- By jurisdiction the last local day of which its feeds of each kind speak; null where no feed does. -#}
{% macro told_until(kinds) -%}
    select
        jurisdiction_id
        {%- for kind in kinds %}
            ,
            max(
                case when kinds.record_kind = '{{ kind }}' then last_known_on end
            ) as {{ kind }}_on
        {%- endfor %}
    from {{ ref("int_feed__known") }}
    join {{ source("reference", "feed_record_kind") }} as kinds using (feed_id)
    group by jurisdiction_id
{%- endmacro %}

{#- What a list is missing, in words: nobody keeps it, or it ends before the day that is asked for; null if neither. -#}
{% macro missing_from(what, last_on, day) -%}
    case
        when {{ last_on }} is null
        then '{{ what }} (nobody tells us)'
        when {{ last_on }} < {{ day }}
        then '{{ what }} after ' || cast({{ last_on }} as varchar)
    end
{%- endmacro %}
