"""Fixed-width text, with one kind of line or several (NIBRS segments)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from connectors.base import TextTable
from connectors.rows import BadRow, text_table
from connectors.textfile import prepare_text

#: First and last position of a field, counted from 1.
Span = tuple[int, int]
_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Segment:
    """One kind of line. Its columns arrive as ``<name>_<column>``; those of the segments in ``carry`` are repeated.

    A carried segment is the last one before the line with the same ``link`` (or any, where the reader has none).
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    columns: dict[str, Span]
    carry: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class FixedWidthReader:
    """Fields at fixed positions. Either ``columns``, or ``segments`` by the text at ``segment``.

    ``link`` is where the lines of one incident carry its number. A line longer than ``width`` (if told) or of an
    unknown segment is set apart; a shorter one lacks its last fields.
    """

    encoding: str = "ascii"
    compression: Literal["auto", "none", "gzip", "zip"] = "auto"
    columns: dict[str, Span] | None = None
    segment: Span | None = None
    segments: dict[str, Segment] | None = None
    link: Span | None = None
    width: int | None = Field(default=None, ge=1)
    member: str | None = None
    bad_bytes: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _one_form(self) -> FixedWidthReader:
        if (self.columns is None) == (self.segments is None) or (self.segments is None) != (self.segment is None):
            raise ValueError("give either `columns`, or `segment` and `segments`")
        groups = [self.columns or {}, *(group.columns for group in (self.segments or {}).values())]
        spans = [span for group in groups for span in group.values()]
        if any(first < 1 or last < first for first, last in spans):
            raise ValueError("a field is [first, last] with positions counted from 1")
        unknown = {code for group in (self.segments or {}).values() for code in group.carry} - set(self.segments or {})
        if unknown:
            raise ValueError(f"`carry` names segments that do not exist: {', '.join(sorted(unknown))}")
        return self

    def read(self, path: Path, connection: Any, scratch: Path) -> TextTable:
        """Read lines as text columns; with segments the first column is ``segment``.

        Raises:
            RefusedInput: ``empty_file`` or ``unreadable``.
        """
        text = prepare_text(path, scratch, self.encoding, self.compression, self.member, self.bad_bytes)
        return text_table(connection, scratch, self._headings(), self._rows(text))

    def _headings(self) -> list[str]:
        if self.columns is not None:
            return list(self.columns)
        groups = (self.segments or {}).values()
        return ["segment", *(f"{group.name}_{column}" for group in groups for column in group.columns)]

    def _rows(self, text: Path) -> Iterator[list[str | None] | BadRow]:
        last: dict[str, tuple[str, list[str | None]]] = {}
        with text.open(encoding="utf-8-sig", newline="") as handle:
            for raw in _lines(handle):
                if not raw.strip():
                    continue
                if self.width is not None and len(raw) > self.width:
                    yield BadRow(f"{len(raw)} characters instead of {self.width}", raw)
                elif self.columns is not None:
                    yield [_field(raw, span) for span in self.columns.values()]
                else:
                    yield self._segment_row(raw, last)

    def _segment_row(self, raw: str, last: dict[str, tuple[str, list[str | None]]]) -> list[str | None] | BadRow:
        groups = self.segments or {}
        code = _field(raw, self.segment or (1, 1)) or ""
        if code not in groups:
            return BadRow(f"unknown segment {code!r}", raw)
        link = (_field(raw, self.link) if self.link else None) or ""
        last[code] = (link, [_field(raw, span) for span in groups[code].columns.values()])
        row: list[str | None] = [code]
        for other, group in groups.items():
            known = last.get(other) if other == code or other in groups[code].carry else None
            row += known[1] if known and known[0] == link else [None] * len(group.columns)
        return row


def _lines(handle: Any) -> Iterator[str]:
    """Lines at CR, LF or both; other characters never end one."""
    left = ""
    while chunk := handle.read(1 << 20):
        text = left + chunk
        hold = text.endswith("\r")
        *whole, left = (text[:-1] if hold else text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        left += "\r" if hold else ""
        yield from whole
    yield left.rstrip("\r")


def _field(raw: str, span: Span) -> str | None:
    return raw[span[0] - 1 : span[1]].strip() or None
