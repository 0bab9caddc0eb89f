select terminology_id, code, code_desc from {{ ref("int_standard_code") }}
