{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        on_schema_change="append_new_columns",
        meta={"record_kind": "enforcement_action"},
    )
}}

{{ record_versions(ref("stg_enforcement_action"), "enforcement_action") }}
