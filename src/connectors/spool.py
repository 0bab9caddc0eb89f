"""Pages of a pull on disk, so that a killed pull goes on where it stopped."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Page:
    """One answer of a source: rows in column order as text, and what identifies each row at the source."""

    rows: list[list[str]]
    ids: list[str]


class Spool:
    """The pages received so far. A page counts once it is whole on disk; half of one is written again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        marks = [json.loads(path.read_text()) for path in sorted(folder.glob("page-*.json"))]
        self._pages = len(marks)
        self.rows: int = sum(mark["rows"] for mark in marks)
        self.last: str | None = marks[-1]["last"] if marks else None

    def add(self, page: Page) -> None:
        """Keep a page durably. What no text may hold (NUL, half a surrogate pair) becomes a replacement character."""
        stem = self.folder / f"page-{self._pages:07d}"
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(page.rows)
        _durable(stem.with_suffix(".csv"), text.getvalue().replace("\0", "\ufffd").encode("utf-8", "replace"))
        _durable(stem.with_suffix(".ids"), array("Q", (_short(text) for text in page.ids)).tobytes())
        last = page.ids[-1] if page.ids else self.last
        _durable(stem.with_suffix(".json"), json.dumps({"rows": len(page.rows), "last": last}).encode())
        self._pages, self.rows, self.last = self._pages + 1, self.rows + len(page.rows), last

    def repeated(self) -> int:
        """How many rows came more than once, by the source's own row identity."""
        import numpy

        files = sorted(self.folder.glob("page-*.ids"))[: self._pages]
        if not files:
            return 0
        ids = numpy.concatenate([numpy.fromfile(file, dtype=numpy.uint64) for file in files])
        return len(ids) - len(numpy.unique(ids))

    def stream(self, columns: Sequence[str]) -> BinaryIO:
        """All pages as one delimited text with a heading line."""
        head = io.StringIO()
        csv.writer(head, lineterminator="\n").writerow(columns)
        return cast("BinaryIO", io.BufferedReader(_Chained(self._chunks(head.getvalue().encode())), _CHUNK))

    def clear(self) -> None:
        """Throw away what was received (and the plan beside it): the source is no longer what it was."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, mode=0o700)
        self._pages, self.rows, self.last = 0, 0, None

    def _chunks(self, head: bytes) -> Iterator[bytes]:
        yield head
        for number in range(self._pages):
            with (self.folder / f"page-{number:07d}.csv").open("rb") as handle:
                while chunk := handle.read(_CHUNK):
                    yield chunk


class _Chained(io.RawIOBase):
    """Chunks as a readable stream."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._left = chunks, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            self._left = next(self._chunks, b"")
            if not self._left:
                return 0
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size


def _short(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _durable(path: Path, data: bytes) -> None:
    part = path.with_name(path.name + ".part")
    with part.open("wb") as handle:
        os.fchmod(handle.fileno(), 0o600)
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())
    part.replace(path)
