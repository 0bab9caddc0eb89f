"""What stands around the rows of a text file: lines before the heading, a missing heading, a closing line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from connectors.errors import RefusedInput
from connectors.textfile import MAX_LINE, line_too_long

_TAIL = 1 << 16
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Envelope:
    """``skip_lines`` before the heading; ``heading`` put in front where the file has none; ``trailer`` at the end.

    ``trailer`` is a pattern with one group around the number of rows that the sender counted.
    """

    skip_lines: int = 0
    heading: str | None = None
    trailer: str | None = None

    def removed(self, text: Path, scratch: Path) -> tuple[Path, int | None]:
        """The file without what stands around, and the sender's count of rows.

        Raises:
            RefusedInput: ``truncated`` when the closing line is missing.
        """
        if not (self.skip_lines or self.heading or self.trailer):
            return text, None
        end, counted = self._trailer(text)
        target = scratch / "rows-only.utf8"
        with text.open("rb") as source, target.open("wb") as out:
            if source.read(3) != b"\xef\xbb\xbf":
                source.seek(0)
            for _ in range(self.skip_lines):
                if len(source.readline(MAX_LINE)) == MAX_LINE:
                    raise line_too_long()
            if self.heading is not None:
                out.write(self.heading.encode() + b"\n")
            left = end - source.tell()
            while left > 0 and (chunk := source.read(min(_CHUNK, left))):
                out.write(chunk)
                left -= len(chunk)
        return target, counted

    def _trailer(self, text: Path) -> tuple[int, int | None]:
        size = text.stat().st_size
        if self.trailer is None:
            return size, None
        with text.open("rb") as source:
            source.seek(max(0, size - _TAIL))
            tail = source.read().rstrip(b"\r\n \t")
        last = max(tail.rfind(b"\n"), tail.rfind(b"\r")) + 1
        found = re.fullmatch(self.trailer, tail[last:].decode(errors="replace").strip())
        if found is None:
            raise RefusedInput("truncated", "The closing line with the number of rows is missing: the file is cut off.")
        return max(0, size - _TAIL) + last, int(found[1])


def check_count(told: int | None, rows: int) -> None:
    """Compare the sender's count with the rows read.

    Raises:
        RefusedInput: ``truncated`` when they differ.
    """
    if told is not None and told != rows:
        raise RefusedInput("truncated", f"The closing line counts {told:,} rows, but the file holds {rows:,}.")
