{{ spoken_months(ref("int_arrest__classed"), "arrest", "arrest_days") }}
