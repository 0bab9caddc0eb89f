"""JSON documents and JSON lines, nested objects as dotted headings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from connectors.base import TextTable
from connectors.errors import RefusedInput
from connectors.rows import BadRow, flattened, text_table
from connectors.textfile import prepare_text

#: A document is read whole; larger ones have to come as JSON lines.
MAX_DOCUMENT = 512 << 20


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class JsonReader:
    """One record per object: of a list (at the dotted path ``records``), or of a line (``lines``).

    Headings are the dotted paths that occur, in order of first appearance; ``headings`` names columns that count as
    present even when no record has them (portals leave out keys that are null).
    """

    lines: bool = False
    records: str | None = None
    headings: tuple[str, ...] = ()
    encoding: str = "utf-8"
    compression: Literal["auto", "none", "gzip", "zip"] = "auto"
    member: str | None = None
    bad_bytes: int = Field(default=0, ge=0)

    def read(self, path: Path, connection: Any, scratch: Path) -> TextTable:
        """Read objects as rows of text. Numbers keep the digits they were written with; NaN is null.

        Raises:
            RefusedInput: ``empty_file``, ``unreadable`` or ``too_large``.
        """
        text = prepare_text(path, scratch, self.encoding, self.compression, self.member, self.bad_bytes)
        headings: dict[str, None] = dict.fromkeys(self.headings)
        for row in self._objects(text):
            if isinstance(row, dict):
                headings.update(dict.fromkeys(row))
        names = list(headings)
        return text_table(connection, scratch, names, self._rows(text, names))

    def _rows(self, text: Path, names: list[str]) -> Iterator[list[str | None] | BadRow]:
        for row in self._objects(text):
            yield row if isinstance(row, BadRow) else [row.get(name) for name in names]

    def _objects(self, text: Path) -> Iterator[dict[str, str | None] | BadRow]:
        values = _lines(text) if self.lines else self._document(text)
        for value in values:
            if isinstance(value, dict):
                yield _flat(value)
            elif isinstance(value, BadRow):
                yield value
            else:
                yield BadRow("no object", json.dumps(value)[:2000])

    def _document(self, text: Path) -> list[Any]:
        if text.stat().st_size > MAX_DOCUMENT:
            raise RefusedInput("too_large", f"A JSON document may have {MAX_DOCUMENT:,} bytes; ask for JSON lines.")
        try:
            found = _parsed(text.read_text(encoding="utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise RefusedInput("unreadable", f"The file is no JSON document: {error}.") from error
        for name in self.records.split(".") if self.records else ():
            found = found.get(name) if isinstance(found, dict) else None
        if not isinstance(found, list):
            place = f"at {self.records!r}" if self.records else "at the top"
            raise RefusedInput("unreadable", f"The document holds no list {place}.")
        return found


def _lines(text: Path) -> Iterator[Any]:
    with text.open(encoding="utf-8-sig", newline="\n") as handle:
        for line in handle:
            if line.strip():
                try:
                    yield _parsed(line)
                except (ValueError, RecursionError) as error:
                    yield BadRow(f"no JSON: {error}", line.strip()[:2000])


def _flat(value: dict[str, Any]) -> dict[str, str | None] | BadRow:
    try:
        return flattened(value)
    except (ValueError, RecursionError) as error:
        return BadRow(f"no flat record: {error}", str(list(value))[:2000])


def _parsed(text: str) -> Any:
    return json.loads(
        text, parse_float=str, parse_int=str, parse_constant=lambda _: None, object_pairs_hook=_each_key_once
    )


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object names one key twice")
    return found
