{#- Days of supervision of a jurisdiction in each whole month: of every area until its end, and not before its first
    delivery, of which terms that ended earlier may be absent. Whole numbers, so that engines add alike. -#}
{% macro supervised_days() -%}
    select
        months.jurisdiction_id,
        months.month,
        months.month_end,
        cast(sum({{ days_of_term("months") }}) as bigint) as supervised_days
    from {{ ref("int_supervision__months") }} as months
    left join
        {{ ref("int_probation_term__counted") }} as terms
        on terms.jurisdiction_id = months.jurisdiction_id
        and terms.area_id = months.area_id
        and terms.started_on <= months.period_end
        and terms.last_on >= months.month
    group by months.jurisdiction_id, months.month, months.month_end
    having
        max(
            case
                when
                    months.is_before_first_delivery
                    or months.period_end < months.month_end
                then 1
                else 0
            end
        )
        = 0
{%- endmacro %}

{#- Of a period the days on which a joined term was open; zero where none is joined, for least and greatest pass over
    nulls. -#}
{% macro days_of_term(period) -%}
    case
        when terms.record_key is null
        then 0
        else
            least(terms.last_on, {{ period }}.period_end)
            - greatest(terms.started_on, {{ period }}.month)
            + 1
    end
{%- endmacro %}
