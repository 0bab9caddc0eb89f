"""In which order the files of the long run begin: whoever starts last must not be the one that all others wait for."""

from __future__ import annotations

from pathlib import Path

#: Files of more than a minute of a processor, the longest first; all others follow as they come.
LONGEST = (
    "test_simulator_oracle.py",
    "test_two_engines.py",
    "test_incremental_arrests.py",
    "test_incremental.py",
    "test_canaries.py",
    "test_marts_truth.py",
    "test_stack.py",
    "test_recipients.py",
    "test_practice.py",
    "test_scope.py",
    "test_carried.py",
    "test_linkage_review.py",
    "test_real_vintages.py",
    "test_real_custody.py",
    "test_airflow_kill.py",
    "test_warehouse_kill.py",
    "test_postgres_readers.py",
    "test_three_tables.py",
    "test_real_as_of.py",
    "test_agency_day.py",
    "test_linkage_training.py",
    "test_custody_truth.py",
    "test_warehouse_publish.py",
    "test_cli.py",
    "test_call_in.py",
    "test_concurrency.py",
)


def place(file: Path) -> int:
    """Where a file stands in the order."""
    return LONGEST.index(file.name) if file.name in LONGEST else len(LONGEST)
