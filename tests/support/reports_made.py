"""A world of reports with its pages, written once for the tests of a module."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from support.html_tables import tables_of
from support.reports_world import Truth
from support.warehouse_world import World


@dataclass
class Made:
    """A built world, what happened in it, and its pages."""

    world: World
    truth: Truth
    folder: Path

    def tables(self, page: str) -> dict[str, list[list[str]]]:
        """Caption -> rows of a page."""
        return tables_of(self.folder / page)
