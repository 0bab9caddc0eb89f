"""From delivered bytes to a clean UTF-8 text file: decompression and decoding, streamed, with bounded memory."""

from __future__ import annotations

import codecs
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from connectors.errors import RefusedInput

CHUNK = 1 << 20
#: A compressed file may unpack to this many times its size (plus 1 MiB) before it counts as a bomb.
MAX_RATIO = 200


def prepare_text(path: Path, scratch: Path, encoding: str, compression: str) -> Path:
    """A file in UTF-8: ``path`` itself where it already is one, else a copy in ``scratch``.

    Raises:
        RefusedInput: ``empty_file`` or ``unreadable`` (with the byte position).
    """
    if path.stat().st_size == 0:
        raise RefusedInput("empty_file", "The file is empty (0 bytes).")
    packed = _packing(path, compression)
    plain = packed == "none" and codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii")
    target = None if plain else scratch / "text.utf8"
    limit = None if packed == "none" else path.stat().st_size * MAX_RATIO + CHUNK
    with _opened(path, packed) as source:
        total = _transcode(source, target, "utf-8-sig" if plain else encoding, limit)
    if total == 0:
        raise RefusedInput("empty_file", "The file is empty once unpacked.")
    return target or path


def _packing(path: Path, compression: str) -> str:
    if compression != "auto":
        return compression
    with path.open("rb") as handle:
        magic = handle.read(4)
    if magic[:2] == b"\x1f\x8b":
        return "gzip"
    return "zip" if magic == b"PK\x03\x04" else "none"


@contextmanager
def _opened(path: Path, packed: str) -> Iterator[BinaryIO]:
    try:
        if packed == "gzip":
            with gzip.open(path, "rb") as handle:
                yield io.BufferedReader(handle)
        elif packed == "zip":
            with zipfile.ZipFile(path) as archive, archive.open(_only_member(archive)) as member:
                yield member  # type: ignore[misc]
        else:
            with path.open("rb") as plain:
                yield plain
    except (gzip.BadGzipFile, zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise RefusedInput("unreadable", f"The compressed file is damaged: {error}.") from error


def _only_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
    if len(members) != 1:
        names = ", ".join(m.filename for m in members[:5]) or "nothing"
        raise RefusedInput("unreadable", f"The archive must hold exactly one file, but holds {len(members)}: {names}.")
    return members[0]


def _transcode(source: BinaryIO, target: Path | None, encoding: str, limit: int | None) -> int:
    """Decode strictly, copy as UTF-8 if ``target`` is given, and count characters' bytes read."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    out = target.open("w", encoding="utf-8", newline="") if target else None
    total = 0
    try:
        while chunk := source.read(CHUNK):
            total += len(chunk)
            if limit is not None and total > limit:
                raise RefusedInput("unreadable", f"The archive unpacks to more than {limit:,} bytes: it was stopped.")
            _emit(decoder, chunk, False, total - len(chunk), encoding, out)
        _emit(decoder, b"", True, total, encoding, out)
    finally:
        if out:
            out.close()
    return total


def _emit(
    decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool, start: int, encoding: str, out: io.TextIOBase | None
) -> None:
    try:
        text = decoder.decode(chunk, final)
    except UnicodeDecodeError as error:
        where = f"about byte {start + error.start:,}"
        raise RefusedInput("unreadable", f"The bytes are not {encoding} text ({where}: {error.reason}).") from error
    if "\0" in text:
        raise RefusedInput("unreadable", f"The file holds NUL bytes (after byte {start:,}): it is not a text file.")
    if out:
        out.write(text.removeprefix("\ufeff") if start == 0 else text)
