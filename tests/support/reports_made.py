"""A world of reports with its pages, written once for the tests of a module."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

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


def victims(made: Made, city: str) -> pd.DataFrame:
    """People shot in a city, as they happened."""
    return pd.DataFrame([v.__dict__ for v in made.truth.victims if v.city == city])


def rows(table: list[list[str]]) -> list[dict[str, str]]:
    """Rows of a table by their headings."""
    return [dict(zip(table[0], row, strict=True)) for row in table[1:]]


def digests(folder: Path) -> dict[str, str]:
    """A fingerprint of every file of a folder."""
    return {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(folder.iterdir()) if f.is_file()}
