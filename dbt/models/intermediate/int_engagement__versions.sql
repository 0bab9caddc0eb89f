{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        on_schema_change="append_new_columns",
        meta={"record_kind": "engagement"},
    )
}}

{{ record_versions(ref("stg_engagement"), "engagement") }}
