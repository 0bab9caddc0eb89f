{#- Columns of an arrest's charges: does one stand (not dropped, acquitted or sealed), and did a court convict of one?
    While the newest row of a charge waits for a correction, what was accepted of it before says whether it stands (one
    that was dropped stands no more because of a bad row), but convicts nobody. -#}
{% macro charges_that_stand() -%}
    max(case when {{ was_not_dropped() }} then 1 else 0 end) as stands,
    max(
        case
            when not is_pending_correction and disposition_code = 'convicted'
            then 1
            else 0
        end
    ) as is_found
{%- endmacro %}

{#- The last local day of which any feed of a jurisdiction speaks. -#}
{% macro today_there() -%}
    select jurisdiction_id, max(last_known_on) as known_on
    from {{ ref("int_feed__known") }}
    group by jurisdiction_id
{%- endmacro %}

{#- Of each person one term that is open today: an active one first, then the one that began last. -#}
{% macro open_term(today, held) -%}
    select jurisdiction_id, person_key, supervision_type_code, supervision_status_code
    from
        (
            select
                terms.jurisdiction_id,
                {{ held }}.person_key,
                coalesce(terms.term_type_code, 'unknown') as supervision_type_code,
                coalesce(terms.status_code, 'unknown') as supervision_status_code,
                row_number() over (
                    partition by terms.jurisdiction_id, {{ held }}.person_key
                    order by
                        case when terms.status_code = 'active' then 0 else 1 end,
                        terms.started_on desc,
                        terms.feed_id,
                        terms.record_key
                ) as choice
            from {{ ref("fct_probation_term") }} as terms
            join {{ held }} on {{ held }}.mention_key = terms.mention_key
            join {{ today }} on {{ today }}.jurisdiction_id = terms.jurisdiction_id
            where
                not terms.is_pending_correction
                and terms.started_on <= {{ today }}.known_on
                and (terms.ended_on is null or terms.ended_on >= {{ today }}.known_on)
        ) as ranked
    where choice = 1
{%- endmacro %}
