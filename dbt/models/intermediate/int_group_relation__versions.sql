{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        on_schema_change="append_new_columns",
        meta={"record_kind": "group_relation"},
    )
}}

{{ record_versions(ref("stg_group_relation"), "group_relation") }}
