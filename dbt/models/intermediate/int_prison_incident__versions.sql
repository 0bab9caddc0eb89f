{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        on_schema_change="append_new_columns",
        meta={"record_kind": "prison_incident"},
    )
}}

{{ record_versions(ref("stg_prison_incident"), "prison_incident") }}
