{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        on_schema_change="append_new_columns",
        meta={"record_kind": "shooting_suspect"},
    )
}}

{{ record_versions(ref("stg_shooting_suspect"), "shooting_suspect") }}
