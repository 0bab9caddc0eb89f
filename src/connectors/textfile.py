"""From delivered bytes to a clean UTF-8 text file: decompression and decoding, streamed, with bounded memory."""

from __future__ import annotations

import codecs
import fnmatch
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
#: No line of an agency's file is longer; a longer one has no line ends, and would not fit into memory.
MAX_LINE = 2_097_152
#: A compressed file may unpack to this many times its size (plus 1 MiB) before it counts as a bomb.
MAX_RATIO = 200


_ENCRYPTED = 0x1


def check_encoding(name: str) -> str:
    """The name itself, if Python knows that encoding.

    Raises:
        ValueError: it does not.
    """
    try:
        codecs.lookup(name)
    except LookupError:
        raise ValueError(f"{name!r} is no known encoding; use utf-8, cp1252, latin-1 or utf-16") from None
    return name


def line_too_long() -> RefusedInput:
    """What is said of a line that is none."""
    return RefusedInput("line_too_long", f"A line is longer than {MAX_LINE:,} bytes: is the separator right?")


def prepare_text(
    path: Path,
    scratch: Path,
    encoding: str,
    compression: str,
    member: str | None = None,
    bad_bytes: int = 0,
    max_line: int | None = None,
    watch: Watch | None = None,
) -> Path:
    """A file in UTF-8: ``path`` itself where it already is one, else a copy in ``scratch``.

    Of a zip archive all files that fit ``member`` are taken, in order of name: the later ones must repeat the heading
    line of the first and continue it. Without ``member`` there must be exactly one. Up to ``bad_bytes`` undecodable
    bytes become U+FFFD. Where lines are the file's rows, none may be longer than ``max_line``: DuckDB leaves out a line
    that it cannot hold, without a word. ``watch`` sees all text.

    Raises:
        RefusedInput: ``empty_file``, ``unreadable`` (with the byte position) or ``line_too_long``.
    """
    watch = watch or Watch("")
    if path.stat().st_size == 0:
        raise RefusedInput("empty_file", "The file is empty (0 bytes).")
    packed = packing(path, compression)
    limit = None if packed == "none" else path.stat().st_size * MAX_RATIO + CHUNK
    budget = _Budget(bad_bytes)
    if packed == "zip":
        return _unzipped(
            path, scratch, scratch / "text.utf8", _Decoding(encoding, limit, budget, max_line, watch), member
        )
    plain = packed == "none" and bad_bytes == 0 and codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii")
    target = None if plain else scratch / "text.utf8"
    with opened(path, packed) as source:
        total = _transcode(
            source, target, _Decoding("utf-8-sig" if plain else encoding, limit, budget, max_line, watch)
        )
    if total == 0:
        raise RefusedInput("empty_file", "The file is empty once unpacked.")
    return target or path


def packing(path: Path, compression: str) -> str:
    """``none``, ``gzip`` or ``zip``: as told, or by the first bytes."""
    if compression != "auto":
        return compression
    with path.open("rb") as handle:
        magic = handle.read(4)
    if magic[:2] == b"\x1f\x8b":
        return "gzip"
    return "zip" if magic == b"PK\x03\x04" else "none"


@contextmanager
def opened(path: Path, packed: str, member: str | None = None) -> Iterator[BinaryIO]:
    """The unpacked bytes; of a zip archive the one file in it (that fits ``member``).

    Raises:
        RefusedInput: the archive is damaged or holds another number of files.
    """
    try:
        if packed == "gzip":
            with gzip.open(path, "rb") as handle:
                yield io.BufferedReader(handle)
        elif packed == "zip":
            with zipfile.ZipFile(path) as archive:
                (only,) = _members(archive, member, many=False)
                with archive.open(only) as handle:
                    yield handle  # type: ignore[misc]
        else:
            with path.open("rb") as plain:
                yield plain
    except (gzip.BadGzipFile, zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise RefusedInput("unreadable", f"The compressed file is damaged: {error}.") from error
    except NotImplementedError as error:
        raise RefusedInput("unreadable", f"The archive is packed in a way that cannot be unpacked: {error}.") from error


class Watch:
    """Which of some characters occur in a text at all."""

    def __init__(self, characters: str) -> None:
        self._sought, self.seen = characters, ""

    def see(self, text: str) -> None:
        """Look at a piece of the text."""
        self.seen += "".join(one for one in self._sought if one not in self.seen and one in text)


class _Budget:
    """How many undecodable bytes may still be replaced."""

    def __init__(self, bytes_: int) -> None:
        self.left = bytes_

    def handle(self, error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        self.left -= error.end - error.start
        if self.left < 0:
            raise error
        return "\ufffd", error.end


class _Decoding:
    """Encoding, limits of size and line, and budget of one delivery."""

    def __init__(self, encoding: str, limit: int | None, budget: _Budget, max_line: int | None, watch: Watch) -> None:
        self.encoding, self.limit, self.budget, self.max_line, self.watch = encoding, limit, budget, max_line, watch
        self.length = 0  # of the line that the last piece of text ended in
        codecs.register_error("nnsc-budget", budget.handle)

    def decoder(self) -> codecs.IncrementalDecoder:
        return codecs.getincrementaldecoder(self.encoding)(errors="nnsc-budget" if self.budget.left else "strict")

    def check_lines(self, text: str) -> None:
        """Refuse a line that is longer than any row; ``text`` follows what was seen before."""
        if self.max_line is None:
            return
        ends = [place for mark in "\r\n" if (place := text.find(mark)) >= 0]
        if self.length + (min(ends) if ends else len(text)) > self.max_line:
            raise line_too_long()
        last = max(text.rfind("\r"), text.rfind("\n"))
        self.length = len(text) - last - 1 if ends else self.length + len(text)


def _members(archive: zipfile.ZipFile, pattern: str | None, many: bool) -> list[zipfile.ZipInfo]:
    files = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
    if climbing := [m.filename for m in files if m.filename.startswith("/") or ".." in Path(m.filename).parts]:
        raise RefusedInput("unreadable", f"The archive names a place outside itself: {climbing[0]!r}.")
    if "[Content_Types].xml" in {m.filename for m in files}:
        raise _office_file({m.filename for m in files})
    fitting = [m for m in files if pattern is None or fnmatch.fnmatch(m.filename, pattern)]
    if not fitting or (len(fitting) > 1 and not many):
        names = ", ".join(m.filename for m in files[:5]) or "nothing"
        wanted = f"a file that fits {pattern!r}" if pattern and many else "exactly one file"
        raise RefusedInput("unreadable", f"The archive must hold {wanted}, but holds {len(files)}: {names}.")
    if any(m.flag_bits & _ENCRYPTED for m in fitting):
        raise RefusedInput("unreadable", "The archive asks for a password; send it without one.")
    return sorted(fitting, key=lambda m: m.filename)


def _office_file(names: set[str]) -> RefusedInput:
    """A workbook is a zip archive inside, whatever the name of the file ends in."""
    if any(name.startswith("xl/") for name in names):
        return RefusedInput(
            "workbook",
            "The file is an Excel workbook, whatever its name says. Open it in Excel and save it as CSV; where the "
            "agency always sends workbooks, write `reader: {kind: excel}` into the feed file.",
        )
    return RefusedInput("unreadable", "The file is an Office document (Word or PowerPoint). Send the data as CSV.")


def _unzipped(path: Path, scratch: Path, target: Path, decoding: _Decoding, pattern: str | None) -> Path:
    part, heading, total = scratch / "member.utf8", "", 0
    try:
        with zipfile.ZipFile(path) as archive, target.open("w", encoding="utf-8", newline="") as out:
            members = _members(archive, pattern, many=pattern is not None)
            for member in members:
                with archive.open(member) as source:
                    total += _transcode(source, part, decoding)  # type: ignore[arg-type]
                heading = _append(part, out, heading, member.filename, mixed=len(members) > 1)
    except (zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise RefusedInput("unreadable", f"The compressed file is damaged: {error}.") from error
    except NotImplementedError as error:
        raise RefusedInput("unreadable", f"The archive is packed in a way that cannot be unpacked: {error}.") from error
    finally:
        part.unlink(missing_ok=True)
    if total == 0:
        raise RefusedInput("empty_file", "The file is empty once unpacked.")
    return target


def _append(part: Path, out: io.TextIOBase, heading: str, name: str, mixed: bool) -> str:
    """Several members may end their lines differently: then all of them get the same line end."""
    with part.open(encoding="utf-8", newline=None if mixed else "") as source:
        first = source.readline(MAX_LINE)
        if len(first) == MAX_LINE and first[-1] not in "\r\n":
            raise line_too_long()
        if heading and first.strip() and first.rstrip("\r\n") != heading.rstrip("\r\n"):
            raise RefusedInput("unreadable", f"{name} in the archive has other headings than the files before it.")
        last = first if not heading else ""
        out.write(last)
        while text := source.read(CHUNK):
            out.write(text)
            last = text
        if last and last[-1] not in "\r\n":
            out.write("\n")
    return heading or first


def _transcode(source: BinaryIO, target: Path | None, decoding: _Decoding) -> int:
    """Decode, copy as UTF-8 if ``target`` is given, and count the bytes read."""
    decoder = decoding.decoder()
    out = target.open("w", encoding="utf-8", newline="") if target else None
    total = 0
    try:
        while chunk := source.read(CHUNK):
            total += len(chunk)
            if decoding.limit is not None and total > decoding.limit:
                limit = f"{decoding.limit:,}"
                raise RefusedInput("unreadable", f"The archive unpacks to more than {limit} bytes: it was stopped.")
            _emit(decoder, chunk, False, total - len(chunk), decoding, out)
        _emit(decoder, b"", True, total, decoding, out)
    finally:
        if out:
            out.close()
    return total


def _emit(
    decoder: codecs.IncrementalDecoder,
    chunk: bytes,
    final: bool,
    start: int,
    decoding: _Decoding,
    out: io.TextIOBase | None,
) -> None:
    try:
        text = decoder.decode(chunk, final)
    except UnicodeDecodeError as error:
        where = f"about byte {start + error.start:,}"
        raise RefusedInput(
            "unreadable", f"The bytes are not {decoding.encoding.removesuffix('-sig')} text ({where}: {error.reason})."
        ) from error
    if "\0" in text:
        where = f"about byte {start + text.index(chr(0)):,}"
        raise RefusedInput("unreadable", f"The file holds NUL bytes ({where}): it is not a text file.")
    decoding.check_lines(text)
    decoding.watch.see(text)
    if out:
        out.write(text.removeprefix("\ufeff") if start == 0 else text)
