{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        on_schema_change="append_new_columns",
        meta={"record_kind": "prison_movement"},
    )
}}

{{ record_versions(ref("stg_prison_movement"), "prison_movement") }}
