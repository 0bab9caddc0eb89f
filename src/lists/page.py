"""An exported list as a page to be printed (A4 or Letter), one file that needs no network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ingest.templates import template
from lists.content import Value
from lists.mark import Handed

_TEMPLATES = Path(__file__).with_name("templates")
#: Letters that a column is given at least and at most, before all share the paper.
_NARROWEST, _WIDEST = 13, 30


def page(handed: Handed) -> bytes:
    """HTML with the mark on every printed page: as a row above the headings, in the margin and behind the text."""
    content = handed.content
    widths = _widths(content.headings, handed.rows)
    return str(
        template(_TEMPLATES, "list.html").render(handed=handed, content=content, told=content.told, widths=widths)
    ).encode()


def _widths(headings: Sequence[str], rows: Sequence[Sequence[Value]]) -> list[str]:
    """Of each column in percent of the paper, by its longest text: short ones do not wrap, long ones do."""
    longest = [max([len(text), *(len(str(row[at])) for row in rows)]) for at, text in enumerate(headings)]
    wanted = [min(max(length, _NARROWEST), _WIDEST) for length in longest]
    return [f"{100 * one / sum(wanted):.1f}%" for one in wanted]
