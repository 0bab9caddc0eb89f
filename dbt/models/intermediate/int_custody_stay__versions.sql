{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        on_schema_change="append_new_columns",
        meta={"record_kind": "custody_stay"},
    )
}}

{{ record_versions(ref("stg_custody_stay"), "custody_stay") }}
