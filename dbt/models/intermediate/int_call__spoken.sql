{{ spoken_months(ref("int_call__measured"), "call_for_service", "call_days") }}
