"""XML, streamed: one row per element of a name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from connectors.base import TextTable
from connectors.errors import RefusedInput
from connectors.rows import text_table
from connectors.textfile import CHUNK, opened, packing


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class XmlReader:
    """Elements named ``record`` (without namespace) as rows: children as dotted headings, attributes as ``@name``.

    A child that repeats becomes a JSON list. ``parents`` names enclosing elements whose attributes and plain children
    that stand before the record are repeated in its row, as ``<parent>.<child>``. ``headings`` count as present even
    when no record has them. Document type declarations are refused: they can make small files endless.
    """

    record: str
    parents: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    compression: Literal["auto", "none", "gzip", "zip"] = "auto"
    member: str | None = None

    def read(self, path: Path, connection: Any, scratch: Path) -> TextTable:
        """Read the records as text.

        Raises:
            RefusedInput: ``empty_file`` or ``unreadable``.
        """
        if path.stat().st_size == 0:
            raise RefusedInput("empty_file", "The file is empty (0 bytes).")
        headings: dict[str, None] = dict.fromkeys(self.headings)
        for row in self._records(path):
            headings.update(dict.fromkeys(row))
        names = list(headings)
        return text_table(connection, scratch, names, ([row.get(n) for n in names] for row in self._records(path)))

    def _records(self, path: Path) -> Iterator[dict[str, str | None]]:
        parser = ElementTree.XMLPullParser(("start", "end"))
        walk = _Walk(self.record, self.parents)
        try:
            with opened(path, packing(path, self.compression), self.member) as source:
                before = b""
                while chunk := source.read(CHUNK):
                    _no_doctype(before[-32:] + chunk)
                    parser.feed(chunk)
                    before = chunk
                    yield from walk.finished(parser.read_events())
            parser.close()
            yield from walk.finished(parser.read_events())
        except (ElementTree.ParseError, ValueError, LookupError) as error:
            raise RefusedInput("unreadable", f"The file is no well-formed XML: {error}.") from error
        except RecursionError as error:
            raise RefusedInput("unreadable", "The file nests elements too deeply to be records.") from error


def _no_doctype(data: bytes) -> None:
    if b"<!DOCTYPE" in data.replace(b"\0", b"") or b"<!ENTITY" in data.replace(b"\0", b""):
        raise RefusedInput("unreadable", "The file has a document type declaration, which is not read.")


class _Walk:
    """Follows the elements; finished ones are freed, so that memory stays small."""

    def __init__(self, record: str, parents: tuple[str, ...]) -> None:
        self._record, self._parents = record, parents
        self._open: list[ElementTree.Element] = []

    def finished(self, events: Any) -> Iterator[dict[str, str | None]]:
        for event, element in events:
            if event == "start":
                self._open.append(element)
                continue
            self._open.pop()
            if _name(element.tag) == self._record:
                yield {**self._carried(), **_row(element)}
                self._free(element)
            elif not any(_name(e.tag) == self._record for e in self._open) and len(element):
                self._free(element)

    def _carried(self) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        for element in self._open:
            if _name(element.tag) in self._parents:
                plain = _row(element, deep=False)
                found.update({f"{_name(element.tag)}.{key}": value for key, value in plain.items()})
        return found

    def _free(self, element: ElementTree.Element) -> None:
        if self._open:
            self._open[-1].remove(element)


def _row(element: ElementTree.Element, deep: bool = True, prefix: str = "") -> dict[str, str | None]:
    found: dict[str, list[str | None]] = {}
    for name, value in element.attrib.items():
        found.setdefault(f"{prefix}@{_name(name)}", []).append(value)
    for child in element:
        path = prefix + _name(child.tag)
        if len(child) == 0:
            found.setdefault(path, []).append((child.text or "").strip() or None)
            for name, value in child.attrib.items():
                found.setdefault(f"{path}.@{_name(name)}", []).append(value)
        elif deep:
            for name, inner in _row(child, True, f"{path}.").items():
                found.setdefault(name, []).append(inner)
    if not prefix and (element.text or "").strip():
        found.setdefault("#text", []).append((element.text or "").strip())
    return {name: v[0] if len(v) == 1 else json.dumps(v, ensure_ascii=False) for name, v in found.items()}


def _name(tag: str) -> str:
    return tag.rpartition("}")[2]
