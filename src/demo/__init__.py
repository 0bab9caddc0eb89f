"""``nnsc demo``: simulated agencies through a real Airflow to the marts, told as it happens."""
