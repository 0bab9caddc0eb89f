{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        on_schema_change="append_new_columns",
        meta={"record_kind": "call_for_service"},
    )
}}

{{ record_versions(ref("stg_call_for_service"), "call_for_service") }}
