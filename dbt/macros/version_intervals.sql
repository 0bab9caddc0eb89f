{#- From when until when each content of a record was known. `changes` is a relation or CTE with the changes of records;
    a step is an insert, update or delete with the marks and clears after it. Needs narrow columns only. -#}
{% macro version_intervals(changes) -%}
    with
        ordered as (
            select
                feed_id,
                record_key,
                load_seq,
                known_at,
                op,
                row_number() over history as position,
                sum(case when op in ('mark', 'clear') then 0 else 1 end) over history
                as step
            from {{ changes }}
            window
                history as (
                    partition by feed_id, record_key
                    order by
                        known_at,
                        load_seq,
                        case when op in ('mark', 'clear') then 1 else 0 end
                    rows between unbounded preceding and current row
                )
        ),

        steps as (
            select
                feed_id,
                record_key,
                step,
                max(
                    case when op not in ('mark', 'clear') then load_seq end
                ) as load_seq,
                max(
                    case when op not in ('mark', 'clear') then known_at end
                ) as known_at,
                max(case when op = 'mark' then position end) as marked,
                max(case when op = 'clear' then position end) as cleared,
                max(case when op = 'mark' then known_at end) as marked_at
            from ordered
            group by feed_id, record_key, step
        )

    select
        feed_id,
        record_key,
        load_seq,
        known_at,
        lead(known_at) over (
            partition by feed_id, record_key order by step
        ) as known_to,
        case when marked > coalesce(cleared, 0) then marked_at end as pending_since
    from steps
    where step > 0
{%- endmacro %}
