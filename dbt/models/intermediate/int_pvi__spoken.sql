{{
    spoken_months(
        ref("int_prison_incident__counted"), "prison_incident", "incident_days"
    )
}}
