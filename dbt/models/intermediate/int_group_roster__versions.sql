{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        on_schema_change="append_new_columns",
        meta={"record_kind": "group_roster"},
    )
}}

{{ record_versions(ref("stg_group_roster"), "group_roster") }}
