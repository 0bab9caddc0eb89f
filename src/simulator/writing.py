"""Rows as bytes: quoting, line ends, encodings, gzip; and the dirt that must make no difference."""

from __future__ import annotations

import gzip
import io
from collections import Counter
from random import Random

from simulator.forms import Column, Form, Raw, cells
from simulator.recording import Facts


def quoted(text: str, separator: str) -> str:
    """A field, in quotes where it needs them."""
    if separator in text or '"' in text or "\n" in text or "\r" in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def as_line(form: Form, fields: tuple[str, ...]) -> str:
    """One line of the file."""
    return form.separator.join(quoted(field, form.separator) for field in fields) + form.line_end


def to_bytes(form: Form, headings: list[str], lines: list[str]) -> bytes:
    """The whole file."""
    text = as_line(form, tuple(headings)) + "".join(lines)
    data = (b"\xef\xbb\xbf" if form.bom else b"") + text.encode(form.encoding)
    return packed(data) if form.gzip else data


def packed(data: bytes) -> bytes:
    """Gzip without a time in its header."""
    out = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0) as archive:
        archive.write(data)
    return out.getvalue()


def with_dirt(rng: Random, form: Form, layout: str, shown: Facts, used: Counter[str]) -> tuple[str, ...]:
    """The row's texts with blanks around, null markers, other case of flags or ``.0`` behind numbers."""
    clean = cells(form, layout, shown)
    label = rng.choice(("stray_blanks", "null_marker", "flag_case", "spreadsheet_number"))
    changed = tuple(
        _dirty(label, form, column, shown, text) for column, text in zip(form.columns(layout), clean, strict=True)
    )
    if changed != clean:
        used[label] += 1
    return changed


def _dirty(label: str, form: Form, column: Column, shown: Facts, text: str) -> str:
    value = shown.get(column.fact)
    if label == "stray_blanks" and text:
        return f"  {text}\t" if len(text) % 2 else f"{text} "
    if label == "null_marker" and not text:
        return form.null_marker
    if isinstance(value, Raw) or not text:
        return text
    if label == "flag_case" and column.fact in form.flags:
        return text.swapcase()
    if label == "spreadsheet_number" and (column.fact in form.whole_text or column.fact in ("age", "s_age")):
        return f"{text}.0" if text.isdigit() else text
    return text
