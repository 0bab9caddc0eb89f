{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        on_schema_change="append_new_columns",
        meta={"record_kind": "probation_term"},
    )
}}

{{ record_versions(ref("stg_probation_term"), "probation_term") }}
