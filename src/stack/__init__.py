"""A real Airflow on this machine, for trying things out and for the demo: start, watch, end. Imports no Airflow."""
