{#- The probability that a standard normal variable is greater than z, to twelve decimals (so that engines whose exp()
    differs in its last bit agree). Hart's algorithm 5666 as given by G. West, "Better approximations to cumulative normal
    functions", Wilmott Magazine, May 2005, with its polynomials; null where z is null. -#}
{% macro normal_tail(z) -%}
    {%- set above = [
        "0.0352624965998911",
        "0.700383064443688",
        "6.37396220353165",
        "33.912866078383",
        "112.079291497871",
        "221.213596169931",
        "220.206867912376",
    ] -%}
    {%- set below = [
        "0.0883883476483184",
        "1.75566716318264",
        "16.064177579207",
        "86.7807322029461",
        "296.564248779674",
        "637.333633378831",
        "793.826512519948",
        "440.413735824752",
    ] -%}
    {%- set tail -%}
        case
            -- beyond, nothing of twelve decimals is left; and exp() of less is an error in Postgres
            when abs({{ z }}) > 7.1
            then 0
            else exp(-{{ z }} * {{ z }} / 2) * ({{ horner(above, z) }}) / ({{ horner(below, z) }})
        end
    {%- endset -%}
    {%- set whole -%}
        case when {{ z }} >= 0 then {{ tail }} else 1 - ({{ tail }}) end
    {%- endset -%}
    {{ probability(whole) }}
{%- endmacro %}

{#- A polynomial of the absolute value of z, its highest coefficient first. -#}
{% macro horner(coefficients, z) -%}
    {%- set made = namespace(text=coefficients[0]) -%}
    {%- for coefficient in coefficients[1:] -%}
        {%- set made.text = "(" ~ made.text ~ ") * abs(" ~ z ~ ") + " ~ coefficient -%}
    {%- endfor -%}
    {{ return(made.text) }}
{%- endmacro %}

{#- A probability to twelve decimals. -#}
{% macro probability(value) -%}
    cast(round(cast({{ value }} as numeric(18, 16)), 12) as double precision)
{%- endmacro %}
