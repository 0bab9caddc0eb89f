{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        on_schema_change="append_new_columns",
        meta={"record_kind": "incident_review"},
    )
}}

{{ record_versions(ref("stg_incident_review"), "incident_review") }}
