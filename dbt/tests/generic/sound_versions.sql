{#- Every version has a key; versions of one record do not overlap, none is empty, and at most one is current. -#}
{% test sound_versions(model, from_column="known_at") %}
    with
        neighbours as (
            select
                feed_id,
                record_key,
                {{ from_column }} as known_from,
                known_to,
                lead({{ from_column }}) over (
                    partition by feed_id, record_key order by {{ from_column }}
                ) as next_from
            from {{ model }}
            where {{ may_be_wrong("record_key") }}
        )

    select feed_id, record_key, known_from, known_to, next_from
    from neighbours
    where
        record_key is null
        or known_from >= known_to
        or (next_from is not null and (known_to is null or known_to > next_from))
{% endtest %}
