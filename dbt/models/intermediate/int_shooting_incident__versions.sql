{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        on_schema_change="append_new_columns",
        meta={"record_kind": "shooting_incident"},
    )
}}

{{ record_versions(ref("stg_shooting_incident"), "shooting_incident") }}
