{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        on_schema_change="append_new_columns",
        meta={"record_kind": "arrest", "found_by": ["arrest_key"]},
    )
}}

{{ record_versions(ref("stg_arrest"), "arrest") }}
