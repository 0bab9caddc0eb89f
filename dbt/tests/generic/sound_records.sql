{#- What holds for the current records of every kind, in one test: each has a key of its own, comes from a feed of the
    catalogue, and names the entities it refers to (`never_null`). -#}
{% test sound_records(model, never_null=[]) %}
    select min(feed_id) as feed_id, record_key, 'the key stands twice' as problem
    from {{ model }}
    where {{ may_be_wrong("record_key") }}
    group by record_key
    having count(*) > 1

    union all

    select feed_id, record_key, 'a key is missing' as problem
    from {{ model }}
    where
        {{ may_be_wrong("record_key") }}
        and (
            record_key is null
            {% for column in never_null %} or {{ column }} is null {% endfor %}
        )

    union all

    -- all rows: a feed may also have left the catalogue
    select
        records.feed_id,
        cast(null as varchar) as record_key,
        'the feed is unknown' as problem
    from (select distinct feed_id from {{ model }}) as records
    left join {{ ref("dim_feed") }} as feeds on feeds.feed_id = records.feed_id
    where feeds.feed_id is null
{% endtest %}
