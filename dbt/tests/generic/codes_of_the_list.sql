{#- Codes that do not stand in the list that the row names. -#}
{% test codes_of_the_list(model) %}
    select mapped.terminology_id, mapped.code
    from {{ model }} as mapped
    left join
        {{ ref("int_standard_code") }} as codes
        on codes.terminology_id = mapped.terminology_id
        and codes.code = mapped.code
    where mapped.code is not null and codes.code is null
{% endtest %}
