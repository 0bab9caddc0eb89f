{%- set roles = [
    ("arrest", "arrestee"),
    ("shooting_victim", "victim"),
    ("shooting_suspect", "suspect"),
] -%}
{%- for kind, role in roles %}
    select
        {{ mention_key("record_key", role) }} as mention_key,
        '{{ kind }}' as record_kind,
        '{{ role }}' as role,
        jurisdiction_id,
        feed_id,
        record_key,
        {%- for column in person_columns() %}
            {{ role }}_{{ column }} as {{ column }},
        {%- endfor %}
        identity_basis,
        known_at as known_from,
        known_to
    from {{ ref("int_" ~ kind ~ "__versions") }}
    {%- if not loop.last %}
        union all
    {%- endif %}
{%- endfor %}
