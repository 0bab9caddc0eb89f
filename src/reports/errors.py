"""Errors of the reports."""

from __future__ import annotations

from warehouse.errors import WarehouseError


class UnknownReport(WarehouseError):
    """A report or a page of it that does not exist was asked for."""
