{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        on_schema_change="append_new_columns",
        meta={"record_kind": "service_referral"},
    )
}}

{{ record_versions(ref("stg_service_referral"), "service_referral") }}
