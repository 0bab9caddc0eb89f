{{ spoken_months(ref("int_ipv__call"), "ipv_event", "call_days") }}
