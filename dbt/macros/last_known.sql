{#- The last local day that a jurisdiction's feeds of a record kind speak for. -#}
{% macro last_known(record_kind) -%}
    select feeds.jurisdiction_id, max(feeds.last_known_on) as last_known_on
    from {{ ref("int_feed__known") }} as feeds
    where
        feeds.feed_id in (
            select kinds.feed_id
            from {{ source("reference", "feed_record_kind") }} as kinds
            where kinds.record_kind = '{{ record_kind }}'
        )
    group by feeds.jurisdiction_id
{%- endmacro %}
