{#- The versions of the records of one kind: insert and update open one, the next insert, update or delete closes it.
    mark and clear open nothing; they say since when a newer row of the agency stands in quarantine. Intervals are
    computed on narrow rows and joined back, so that wide rows are never sorted. A version that lasted no time (two
    deliveries of one instant) is left out. -#}
{% macro record_versions(changes, record_kind) -%}
    -- depends_on: {{ source("raw", "touched") }}, which is read by incremental runs only
    with
        changes as (
            select changed.*
            from {{ changes }} as changed
            {%- if is_incremental() %}
                where changed.record_key in ({{ touched_keys(record_kind) }})
            {%- endif %}
        ),

        intervals as ({{ version_intervals("changes") }})

    select changes.*, intervals.known_to, intervals.pending_since
    from changes
    join
        intervals
        on intervals.feed_id = changes.feed_id
        and intervals.record_key = changes.record_key
        and intervals.load_seq = changes.load_seq
    where
        changes.op in ('insert', 'update')
        and (intervals.known_to is null or intervals.known_at < intervals.known_to)
{%- endmacro %}
