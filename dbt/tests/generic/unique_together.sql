{#- The columns together occur once: the grain of a model whose key is more than one column. -#}
{% test unique_together(model, columns) %}
    select {{ columns | join(", ") }}, count(*) as occurrences
    from {{ model }}
    group by {{ columns | join(", ") }}
    having count(*) > 1
{% endtest %}
