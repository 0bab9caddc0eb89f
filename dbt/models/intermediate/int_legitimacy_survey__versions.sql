{{
    config(
        materialized="incremental",
        incremental_strategy="touched",
        on_schema_change="append_new_columns",
        meta={"record_kind": "legitimacy_survey"},
    )
}}

{{ record_versions(ref("stg_legitimacy_survey"), "legitimacy_survey") }}
