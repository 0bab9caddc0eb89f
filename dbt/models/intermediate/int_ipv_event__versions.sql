{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        on_schema_change="append_new_columns",
        meta={"record_kind": "ipv_event"},
    )
}}

{{ record_versions(ref("stg_ipv_event"), "ipv_event") }}
