{{ config(materialized="table") }}

select mention_key, grade, person_key
from {{ ref("person_membership") }} {{ held_then() }}
