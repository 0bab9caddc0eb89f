{{ config(materialized="table") }}

-- the least key that leads to a person over ties; on the way there no key is less
with recursive
    reached as (
        select
            ties.jurisdiction_id,
            ties.window_code,
            ties.person_key,
            ties.person_key as network_key
        from {{ ref("int_dmi__covert_tie") }} as ties
        union
        select
            ties.jurisdiction_id,
            ties.window_code,
            ties.other_person_key as person_key,
            reached.network_key
        from reached
        join
            {{ ref("int_dmi__covert_tie") }} as ties
            on ties.jurisdiction_id = reached.jurisdiction_id
            and ties.window_code = reached.window_code
            and ties.person_key = reached.person_key
        where reached.network_key < ties.other_person_key
    )

select
    reached.jurisdiction_id,
    reached.window_code,
    reached.person_key,
    min(reached.network_key) as network_key
from reached
group by reached.jurisdiction_id, reached.window_code, reached.person_key
