{#- The months of which a jurisdiction's feeds of a record kind speak, with the days of each that are known: from the
    first record to the newest delivery. A month without any record where there are more than 14 a month on average is
    left out: exp(-14) is below one in a million, so it was not delivered, and its zero would be false. -#}
{% macro spoken_months(records, record_kind, days, number="count(*)") -%}
    with
        monthly as (
            select jurisdiction_id, month, {{ number }} as records
            from {{ records }}
            group by jurisdiction_id, month
        ),

        spans as (
            select
                jurisdiction_id,
                min(month) as first_month,
                sum(records) / (
                    {{ dbt.datediff("min(month)", "max(month)", "month") }}
                    + cast(1 as double precision)
                ) as usual
            from monthly
            group by jurisdiction_id
        ),

        known as ({{ last_known(record_kind) }}),

        months as (
            select
                spans.jurisdiction_id,
                {{ month_series("spans.first_month", month_of("known.last_known_on")) }}
                as month,
                spans.usual,
                known.last_known_on
            from spans
            join known on known.jurisdiction_id = spans.jurisdiction_id
        )

    select
        months.jurisdiction_id,
        months.month,
        cast(
            least({{ month_end("months.month") }}, months.last_known_on)
            - months.month
            + 1 as integer
        ) as {{ days }}
    from months
    left join
        monthly
        on monthly.jurisdiction_id = months.jurisdiction_id
        and monthly.month = months.month
    where monthly.records > 0 or months.usual <= 14
{%- endmacro %}
