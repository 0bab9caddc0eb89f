"""What can go wrong with the local Airflow."""

from __future__ import annotations


class StackError(Exception):
    """The local Airflow could not be started, reached or ended; the text says where to look."""
