{#- Kinds of records that say what police suspect: that a mention of such a kind exists tells as much as the record. -#}
{%- macro is_intelligence(record_kind) -%}
    {{ record_kind }} = 'group_roster'
{%- endmacro -%}

{#- Kinds whose mentions no reader of links may see below their own tier: rosters, and victims of their partners. -#}
{%- macro is_held_back(record_kind) -%}
    ({{ is_intelligence(record_kind) }} or {{ record_kind }} = 'ipv_victim')
{%- endmacro -%}
