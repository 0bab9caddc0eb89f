{#- Terms that a caseload leaves out because they end before they start. -#}
{% test terms_that_end_before_they_start(model) %}
    select terms.feed_id, terms.record_key, terms.started_on, terms.ended_on
    from {{ ref("fct_probation_term") }} as terms
    left join
        {{ model }} as counted
        on counted.feed_id = terms.feed_id
        and counted.record_key = terms.record_key
    where counted.record_key is null and terms.ended_on < terms.started_on
{% endtest %}
