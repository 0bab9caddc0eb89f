"""What Airflow gains from the platform: operators that wrap ``src/`` and a light reading of feed files.

Nothing here imports pandas, DuckDB, dbt or Great Expectations when it is imported: DAG files are parsed often.
"""
