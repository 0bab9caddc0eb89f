{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        on_schema_change="append_new_columns",
        meta={"record_kind": "ipv_victim"},
    )
}}

{{ record_versions(ref("stg_ipv_victim"), "ipv_victim") }}
