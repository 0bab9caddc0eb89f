{#- Kinds of records that say what police suspect: that a mention of such a kind exists tells as much as the record. -#}
{%- macro is_intelligence(record_kind) -%}
    {{ record_kind }} = 'group_roster'
{%- endmacro -%}
