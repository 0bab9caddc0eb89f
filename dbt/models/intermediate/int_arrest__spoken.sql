{{
    spoken_months(
        ref("int_arrest__counted"), "arrest", "arrest_days", number="sum(arrests)"
    )
}}
