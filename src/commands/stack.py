"""``nnsc demo | up | down``: Airflow on this machine."""

from __future__ import annotations

import click


def register(group: click.Group) -> None:
    """Add the commands of this module."""
