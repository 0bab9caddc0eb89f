-- agencies number their own codes, and use letters of their own language
select texts.terminology_id, texts.source_value, codes.code
from
    (
        select distinct terminology_id, source_value
        from {{ ref("int_source_value__counted") }}
    ) as texts
join
    {{ ref("int_standard_code") }} as codes
    on codes.terminology_id = texts.terminology_id
    and (
        lower(codes.code_desc) = lower(texts.source_value)
        or (
            length(codes.code) > 1
            and lower(codes.code) = lower(texts.source_value)
            and {{ matches("codes.code", "'[a-z]'") }}
        )
    )
