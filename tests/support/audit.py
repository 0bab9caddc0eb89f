"""What the audit log of an installation holds."""

from __future__ import annotations

from typing import Any

from governance.audit import lines
from ingest.ledger import engine
from settings import Settings


def logged(settings: Settings, action: str) -> list[dict[str, Any]]:
    """Lines of one action, oldest first."""
    with engine(settings).connect() as connection:
        return lines(connection, action)


def columns_read(settings: Settings) -> set[str]:
    """Every column of T3 and T4 that was read."""
    return {column for line in logged(settings, "read") for column in line["detail"]["columns"]}
