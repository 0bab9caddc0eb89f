"""Tables of a page as people read them: by caption, rows of texts."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self._caption, self._rows, self._text = "", [], ""  # type: ignore[var-annotated]

    def handle_starttag(self, tag: str, attributes: object) -> None:
        if tag == "table":
            self._caption, self._rows = "", []
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th", "caption"):
            self._text = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "caption":
            self._caption = self._text.strip()
        elif tag in ("td", "th"):
            self._rows[-1].append(self._text.strip())
        elif tag == "table":
            assert self._caption not in self.tables, f"two tables are called {self._caption}"
            self.tables[self._caption] = self._rows

    def handle_data(self, data: str) -> None:
        self._text += data


def tables_of(page: Path) -> dict[str, list[list[str]]]:
    """Caption -> rows, headings first."""
    reader = _Reader()
    reader.feed(page.read_text(encoding="utf-8"))
    return reader.tables
