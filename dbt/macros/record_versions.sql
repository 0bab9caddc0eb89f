{#- The versions of the records of one kind: insert and update open one, the next insert, update or delete closes it.
    mark and clear open nothing; they say since when a newer row of the agency stands in quarantine. Intervals are
    computed on narrow rows and joined back, so that wide rows are never sorted. -#}
{% macro record_versions(changes, record_kind) -%}
with
    changes as (
        select changed.*
        from {{ changes }} as changed
        {%- if is_incremental() %}
        where exists (
            select 1 from ({{ touched_keys(record_kind) }}) as touched
            where touched.feed_id = changed.feed_id and touched.record_key = changed.record_key
        )
        {%- endif %}
    ),

    ordered as (
        select
            feed_id, record_key, load_seq, known_at, op,
            row_number() over history as position,
            sum(case when op in ('mark', 'clear') then 0 else 1 end) over history as step
        from changes
        window history as (
            partition by feed_id, record_key
            order by known_at, load_seq, case when op in ('mark', 'clear') then 1 else 0 end
            rows between unbounded preceding and current row
        )
    ),

    steps as (
        select
            feed_id, record_key, step,
            max(case when op not in ('mark', 'clear') then load_seq end) as load_seq,
            max(case when op not in ('mark', 'clear') then known_at end) as known_at,
            max(case when op = 'mark' then position end) as marked,
            max(case when op = 'clear' then position end) as cleared,
            max(case when op = 'mark' then known_at end) as marked_at
        from ordered
        group by feed_id, record_key, step
    ),

    intervals as (
        select
            feed_id, record_key, load_seq, known_at,
            lead(known_at) over (partition by feed_id, record_key order by step) as known_to,
            case when marked > coalesce(cleared, 0) then marked_at end as pending_since
        from steps
        where step > 0
    )

select changes.*, intervals.known_to, intervals.pending_since
from changes
join intervals
    on intervals.feed_id = changes.feed_id
    and intervals.record_key = changes.record_key
    and intervals.load_seq = changes.load_seq
where
    changes.op in ('insert', 'update')
    and (intervals.known_to is null or intervals.known_at < intervals.known_to)
{%- endmacro %}
