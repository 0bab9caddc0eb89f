{#- What holds for the records of every kind, in one test. Of the current ones: each has a key of its own, comes from a
    feed of the catalogue, and names the entities it refers to (`never_null`). Of the versions: each has a key and is not
    empty, those of one record do not overlap, and at most one is current. -#}
{% test sound_records(model, kind, never_null=[]) %}
    with
        neighbours as (
            select
                feed_id,
                record_key,
                known_at,
                known_to,
                lead(known_at) over (
                    partition by feed_id, record_key order by known_at
                ) as next_at
            from {{ ref("int_" ~ kind ~ "__versions") }}
            where {{ may_be_wrong("record_key") }}
        )

    select feed_id, record_key, 'a version has no key, is empty or overlaps' as problem
    from neighbours
    where
        record_key is null
        or known_at >= known_to
        or (next_at is not null and (known_to is null or known_to > next_at))

    union all

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
    select distinct
        records.feed_id,
        cast(null as varchar) as record_key,
        'the feed is unknown' as problem
    from {{ ref("int_" ~ kind ~ "__versions") }} as records
    left join {{ ref("dim_feed") }} as feeds on feeds.feed_id = records.feed_id
    where records.known_to is null and feeds.feed_id is null
{% endtest %}
