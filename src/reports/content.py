"""What a page is made of, before it becomes HTML."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Table:
    """A table of texts; the columns in ``numeric`` stand to the right."""

    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Figure:
    """A chart: ``draw(width)`` makes it for a width in pixels; ``description`` says in words what it shows."""

    name: str
    title: str
    description: str
    draw: Callable[[int], Any]


@dataclass(frozen=True)
class Section:
    """A part of a page; its tables may be folded away where a chart shows the same numbers."""

    name: str
    heading: str
    paragraphs: Sequence[str] = ()
    figure: Figure | None = None
    tables: Sequence[Table] = ()
    is_folded: bool = False


@dataclass(frozen=True)
class Page:
    """One page in one language; ``name`` is its file without language and ending."""

    name: str
    title: str
    lead: str
    sections: Sequence[Section] = field(default_factory=list)
